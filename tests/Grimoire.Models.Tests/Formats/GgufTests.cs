using Grimoire.Models.Formats;
using Grimoire.Tensors;
using Grimoire.Tests;

namespace Grimoire.Models.Tests;

public sealed class GgufTests
{
    private const uint U32 = 4, String = 8, Array = 9;

    public static TheoryData<string> Faults => [.. Broken.Keys];

    private static readonly Dictionary<string, (Func<GgufBytes, GgufBytes> Write, string Fault)> Broken = new(StringComparer.Ordinal)
    {
        ["empty"] = (b => b, "0 bytes are too few"),
        ["short"] = (b => b.Raw("GGUF"u8), "4 bytes are too few"),
        ["something else"] = (b => b.Raw(new byte[64]), "no GGUF file"),
        ["before GGUF"] = (b => b.Raw("tjgg"u8).Raw(new byte[64]), "before GGUF"),
        ["version 1"] = (b => b.Head(0, 0, version: 1), "version 1"),
        ["version 4"] = (b => b.Head(0, 0, version: 4), "version 4 is not known"),
        ["big-endian"] = (b => b.Head(0, 0, version: 3u << 24), "big-endian"),
        ["more tensors than bytes"] = (b => b.Head(2, 0).Raw(new byte[57]), "2 tensors are announced, which do not fit into the 65 bytes"),
        ["2^64 tensors"] = (b => b.Head(ulong.MaxValue, 0), "18446744073709551615 tensors are announced, more than any model"),
        ["2^64 keys"] = (b => b.Head(0, ulong.MaxValue), "18446744073709551615 keys are announced"),
        ["more keys than bytes"] = (b => b.Head(0, 3).Raw(new byte[40]), "3 keys are announced, which do not fit into the 40 bytes"),
        ["key without a name"] = (b => b.Head(0, 1).Text("").U32(U32, 1).Raw(new byte[9]), "key 1 of 1 has a name of 0 bytes"),
        ["key too long"] = (b => b.Head(0, 1).Text(new string('k', 65536)).U32(U32, 1), "key 1 of 1 has a name of 65536 bytes"),
        ["key longer than the file"] = (b => b.Head(0, 1).U64(100).Raw(new byte[20]), "key 1 of 1 needs 100 bytes and 20 are left"),
        ["key that is no text"] = (b => b.Head(0, 1).U64(2).Raw(0xFF, 0xFE).U32(U32, 1), "the name of key 1 of 1 is no text"),
        ["same key twice"] = (b => b.Head(0, 2).Text("a.b").U32(U32, 1).Text("a.b").U32(U32, 1), "the key a.b comes twice"),
        ["unknown type of value"] = (b => b.Head(0, 1).Text("a.b").U32(13, 1), "a.b is of type 13"),
        ["string longer than the file"] = (b => b.Head(0, 1).Text("a.b").U32(String).U64(1UL << 40).Raw(1), "a.b needs 1099511627776 bytes"),
        ["array longer than the file"] = (b => b.Head(0, 1).Text("a.b").U32(Array, U32).U64(3).Raw(new byte[11]), "a.b announces 3 elements, which do not fit into the 11 bytes"),
        ["array of 2^64 strings"] = (b => b.Head(0, 1).Text("a.b").U32(Array, String).U64(ulong.MaxValue), "a.b announces 18446744073709551615 elements"),
        ["a string of an array too long"] = (b => b.Head(0, 1).Text("a.b").U32(Array, String).U64(1, 99).Raw(1), "a.b needs 99 bytes and 1 are left"),
        ["arrays in arrays"] = (b => b.Head(0, 1).Text("a.b").U32(Array, Array).U64(1).U32(Array).U64(1).U32(Array).U64(1).U32(Array).U64(1).U32(Array).U64(0), "a.b nests arrays more than 4 deep"),
        ["array of unknown type"] = (b => b.Head(0, 1).Text("a.b").U32(Array, 77).U64(1), "a.b is of type 77"),
        ["alignment 0"] = (b => b.Head(0, 1).Text("general.alignment").U32(U32, 0), "general.alignment is 0"),
        ["alignment 48"] = (b => b.Head(0, 1).Text("general.alignment").U32(U32, 48), "general.alignment is 48"),
        ["alignment 2^31"] = (b => b.Head(0, 1).Text("general.alignment").U32(U32, 1u << 31), "general.alignment is 2147483648"),
        ["alignment in words"] = (b => b.Head(0, 1).Text("general.alignment").U32(String).Text("32"), "general.alignment is 32: whole numbers"),
        ["tensor without axes"] = (b => b.Head(1, 0).Tensor("x", [], 0, 0).Data(64), "tensor x has 0 axes"),
        ["tensor of five axes"] = (b => b.Head(1, 0).Tensor("x", [1, 1, 1, 1, 1], 0, 0).Data(64), "tensor x has 5 axes"),
        ["axis of nothing"] = (b => b.Head(1, 0).Tensor("x", [4, 0], 0, 0).Data(64), "tensor x has an axis of 0"),
        ["negative axis"] = (b => b.Head(1, 0).Tensor("x", [ulong.MaxValue], 0, 0).Data(64), "tensor x has an axis of 18446744073709551615"),
        ["sizes that overflow"] = (b => b.Head(1, 0).Tensor("x", [1UL << 32, 1UL << 32], 0, 0).Data(64), "tensor x has an axis of 4294967296"),
        ["bytes that overflow"] = (b => b.Head(1, 0).Tensor("x", [1UL << 62], 0, 0).Data(64), "more than any file has"),
        ["removed type"] = (b => b.Head(1, 0).Tensor("x", [32], 4, 0).Data(64), "tensor x is of type 4, which is not known"),
        ["unknown type"] = (b => b.Head(1, 0).Tensor("x", [32], 4711, 0).Data(64), "tensor x is of type 4711"),
        ["half a block"] = (b => b.Head(1, 0).Tensor("x", [48, 2], 2, 0).Data(64), "tensor x has rows of 48, which are no whole blocks of 32 as Q4_0 wants"),
        ["odd offset"] = (b => b.Head(1, 0).Tensor("x", [4], 0, 16).Data(64), "tensor x lies at 16, which is no multiple of 32"),
        ["huge offset"] = (b => b.Head(1, 0).Tensor("x", [4], 0, (ulong)long.MaxValue - 31).Data(64), "tensor x needs 16 bytes at"),
        ["data beyond the end"] = (b => b.Head(1, 0).Tensor("x", [17], 0, 0).Data(64), "tensor x needs 68 bytes at"),
        ["overlapping tensors"] = (b => b.Head(2, 0).Tensor("x", [16], 0, 0).Tensor("y", [4], 0, 32).Data(64), "tensor y overlaps tensor x"),
        ["same place twice"] = (b => b.Head(2, 0).Tensor("x", [4], 0, 0).Tensor("y", [4], 0, 0).Data(64), "tensor y overlaps tensor x"),
        ["same tensor twice"] = (b => b.Head(2, 0).Tensor("x", [4], 0, 0).Tensor("x", [4], 0, 32).Data(64), "the tensor x comes twice"),
        ["tensor without a name"] = (b => b.Head(1, 0).Tensor("", [4], 0, 0).Data(64), "tensor 1 of 1 has a name of 0 bytes"),
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_broken_or_lying_head_is_one_clear_error(string name)
    {
        using var scratch = new Scratch();
        string path = scratch.Write("x.gguf", Broken[name].Write(new GgufBytes()).ToArray());
        string message = Assert.Throws<GrimoireException>(() => GgufFile.Open(path)).Message;
        Assert.Contains(Broken[name].Fault, message, StringComparison.Ordinal);
        Assert.StartsWith(path, message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_written_is_read_and_written_again_byte_for_byte()
    {
        using var scratch = new Scratch();
        (string Name, Tensor Tensor)[] tensors = [.. SafetensorsTests.Sample().Where(t => t.Tensor.Shape.Rank > 0 && t.Tensor.Shape.Count > 0)];
        GgufWriter.Write(scratch["a"], Sample(), tensors);
        GgufFile file = GgufFile.Open(scratch["a"]);
        Assert.Equal(3, file.Version);
        Assert.Equal(Sample().Pairs, file.Metadata.Pairs);
        Assert.Equal(tensors.Select(t => t.Name), file.Entries.Select(entry => entry.Name));
        foreach ((string name, Tensor tensor) in tensors)
        {
            Tensor read = file.Tensor(name);
            Assert.Equal((tensor.Shape, tensor.DType), (read.Shape, read.DType));
            Assert.Equal(Runs.Values(tensor), Runs.Values(read));
        }

        GgufWriter.Write(scratch["b"], file.Metadata, file.Entries.Select(entry => (entry.Name, file.Tensor(entry.Name))));
        Assert.Equal(File.ReadAllBytes(scratch["a"]), File.ReadAllBytes(scratch["b"]));
        Assert.All(file.Entries, entry => Assert.Equal(0, entry.Offset % 32));
        Assert.Contains("no tensor nothing", Assert.Throws<GrimoireException>(() => file.Tensor("nothing")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_format_cannot_hold_is_not_written()
    {
        using var scratch = new Scratch();
        Tensor one = Tensor.Zeros(1);
        Assert.Contains("x is taken", Refusal([("x", one), ("x", one)]), StringComparison.Ordinal);
        Assert.Contains("no scalars", Refusal([("x", Tensor.Zeros(Shape.Scalar))]), StringComparison.Ordinal);
        Assert.Contains("no empty tensors", Refusal([("x", Tensor.Zeros((0, 3)))]), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(scratch.Folder));

        string Refusal((string, Tensor)[] tensors) => Assert.Throws<GrimoireException>(() => GgufWriter.Write(scratch["a"], Sample(), tensors)).Message;
    }

    [Fact]
    public void Metadata_is_read_as_what_it_is_and_refused_as_what_it_is_not()
    {
        GgufMetadata metadata = Sample();
        Assert.Equal("llama", metadata.Text("general.architecture"));
        Assert.Equal(7, metadata.Int("a.uint"));
        Assert.Equal(-7, metadata.Int("a.int"));
        Assert.Equal(0.5, metadata.Number("a.float"));
        Assert.Equal(7, metadata.Number("a.uint"));
        Assert.True(metadata.Flag("a.bool"));
        Assert.Equal(["", "ß", "three"], metadata.Texts("a.texts"));
        Assert.Equal([1, -2, 3], metadata.Ints("a.ints")!);
        Assert.Equal([0.5f, -1], metadata.Floats("a.floats")!);
        Assert.Equal([true, false], metadata.Flags("a.flags")!);
        Assert.Equal((5, "x", 1.5, true), (metadata.Int("no", 5), metadata.Text("no", "x"), metadata.Number("no", 1.5), metadata.Flag("no", true)));
        Assert.Null(metadata.Texts("no"));
        Assert.Equal(["general.alignment", "a.long"], metadata.Unasked);
        Assert.Equal("[1, -2, 3]", metadata.Value("a.ints")!.ToString());
        foreach (Action wrong in new Action[]
        {
            () => metadata.Int("a.long"), () => metadata.Int("a.float"), () => metadata.Int("a.ints"), () => metadata.Text("a.uint"), () => metadata.Text("a.texts"),
            () => metadata.Number("general.architecture"), () => metadata.Flag("a.uint"), () => metadata.Ints("a.floats"), () => metadata.Ints("a.uint"),
            () => metadata.Texts("a.ints"), () => metadata.Floats("a.texts"), () => metadata.Flags("a.ints"), () => metadata.Int("no"),
        })
            Assert.Contains("GGUF metadata: ", Assert.Throws<GrimoireException>(wrong).Message, StringComparison.Ordinal);
        Assert.Contains("a comes twice", Assert.Throws<GrimoireException>(() => GgufMetadata.Of([new("a", GgufValue.Of(1)), new("a", GgufValue.Of(2))])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_kept_and_named_when_read()
    {
        using var scratch = new Scratch();
        byte[] bytes = new GgufBytes().Head(0, 2).Text("a.t").U32(String).U64(2).Raw(0xC3, 0x28).Text("a.n").U32(Array, Array).U64(1).U32(U32).U64(1).U32(9).Data(0).ToArray();
        GgufFile file = GgufFile.Open(scratch.Write("x", bytes));
        Assert.Contains("a.t holds bytes that are no text", Assert.Throws<GrimoireException>(() => file.Metadata.Text("a.t")).Message, StringComparison.Ordinal);
        Assert.Contains("a.n is 1 arrays", Assert.Throws<GrimoireException>(() => file.Metadata.Ints("a.n")).Message, StringComparison.Ordinal);
        GgufWriter.Write(scratch["y"], file.Metadata, Enumerable.Empty<StoredTensor>());
        Assert.Equal(bytes, File.ReadAllBytes(scratch["y"]));
    }

    [Fact]
    public void Types_that_are_not_computed_with_are_listed()
    {
        using var scratch = new Scratch();
        GgufFile file = GgufFile.Open(scratch.Write("x", new GgufBytes().Head(2, 0).Tensor("x", [256, 2], 29, 0).Tensor("y", [2, 3], 27, 128).Data(176).ToArray()));
        Assert.Equal([("IQ1_M", 112L), ("I64", 48L)], file.Entries.Select(entry => (entry.Type, entry.Bytes)));
        Assert.Equal([3L, 2], file.Entries[1].Shape);
        Assert.Contains("tensor x is stored as IQ1_M", Assert.Throws<GrimoireException>(() => file.Tensor("x")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_truncation_is_noticed()
    {
        using var scratch = new Scratch();
        GgufWriter.Write(scratch["a"], Sample(), [("x", Tensor.Zeros((2, 4))), ("y", Tensor.Zeros(8))]);
        byte[] bytes = File.ReadAllBytes(scratch["a"]);
        for (int length = 0; length < bytes.Length; length++)
        {
            string path = scratch.Write("b", bytes[..length]);
            Assert.StartsWith(path, Assert.Throws<GrimoireException>(() => GgufFile.Open(path)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Four_gigabytes_that_lie_are_refused_without_their_memory()
    {
        Lies(b => b.Head(1, 0), "tensor 1 of 1 has a name of 0 bytes");
        Lies(b => b.Head(1 << 20, 1 << 16), "key 1 of 65536 has a name of 0 bytes");
        Lies(b => b.Head(1UL << 27, 0), "134217728 tensors are announced");
        Lies(b => b.Head(0, 1).Text("a").U32(String).U64(3UL << 30), "a takes 3221225480 bytes");
        Lies(b => b.Head(0, 1).Text("a").U32(Array, String).U64(1UL << 28), "a announces 268435456 elements, more than any vocabulary");
        Lies(b => b.Head(0, 1).Text("a").U32(Array, Array).U64(1UL << 28), "a announces 268435456 elements, more than any vocabulary");
        Lies(b => b.Head(0, 1).Text("a").U32(Array, U32).U64(1UL << 29), "a takes 2147483660 bytes");
        Lies(b => b.Head(1, 0).Tensor("x", [1 << 20, 1 << 12], 0, 0), "tensor x needs 17179869184 bytes at 96 and the file ends at 4294967296");
    }

    [Fact]
    public void A_file_larger_than_all_memory_opens_for_reading()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs files with holes");
        using var scratch = new Scratch();
        byte[] head = new GgufBytes().Head(1, 0).Tensor("x", [1024, 1 << 28], 0, 0).Data(0).ToArray();
        using (var stream = new FileStream(scratch["x"], FileMode.Create))
        {
            stream.Write(head);
            stream.SetLength(head.Length + (1L << 40));
        }

        Tensor last = GgufFile.Open(scratch["x"]).Tensor("x").Rows((1 << 28) - 1, 1);
        Assert.Equal(0, last.Span<float>()[1023]);
    }

    [Fact]
    public void A_missing_file_and_a_folder_are_one_clear_error()
    {
        using var scratch = new Scratch();
        Assert.Contains("there is no such file", Assert.Throws<GrimoireException>(() => GgufFile.Open(scratch["none"])).Message, StringComparison.Ordinal);
        Assert.Contains("cannot be read", Assert.Throws<GrimoireException>(() => GgufFile.Open(scratch.Folder)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tiny/llama-gqa/model.gguf")]
    [InlineData("tiny/gemma2/model.gguf")]
    [InlineData("tiny/gpt2/model.gguf")]
    [InlineData("stories260K/stories260K.gguf")]
    [InlineData("quant-models/llama-q8_0/model.gguf")]
    [InlineData("quant-models/llama-q4_k_m/model.gguf")]
    public void Golden_files_are_written_again_byte_for_byte(string name)
    {
        string? path = Shared.Path($"golden/{name}");
        Assert.SkipWhen(path is null, "needs ../shared/golden");
        using var scratch = new Scratch();
        GgufFile file = GgufFile.Open(path!);
        GgufWriter.Write(scratch["copy"], file.Metadata, file.Entries.Select(entry => (entry.Name, file.Tensor(entry.Name))));
        Assert.Equal(File.ReadAllBytes(path!), File.ReadAllBytes(scratch["copy"]));
    }

    private static void Lies(Func<GgufBytes, GgufBytes> head, string fault)
    {
        using var scratch = new Scratch();
        using (var stream = new FileStream(scratch["x"], FileMode.Create))
        {
            stream.Write(head(new GgufBytes()).ToArray());
            stream.SetLength(4L << 30);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains(fault, Assert.Throws<GrimoireException>(() => GgufFile.Open(scratch["x"])).Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    private static GgufMetadata Sample() => GgufMetadata.Of(
    [
        new("general.architecture", GgufValue.Of("llama")),
        new("general.alignment", GgufValue.Of(32u)),
        new("a.uint", GgufValue.Of(7u)),
        new("a.int", GgufValue.Of(-7)),
        new("a.long", GgufValue.Of(1UL << 60)),
        new("a.float", GgufValue.Of(0.5f)),
        new("a.bool", GgufValue.Of(true)),
        new("a.texts", GgufValue.Of(["", "ß", "three"])),
        new("a.ints", GgufValue.Of([1, -2, 3])),
        new("a.floats", GgufValue.Of([0.5f, -1])),
        new("a.flags", GgufValue.Of([true, false])),
    ]);
}
