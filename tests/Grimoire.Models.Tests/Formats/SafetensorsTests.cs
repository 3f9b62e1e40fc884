using System.Buffers.Binary;
using System.Text;
using Grimoire.Models.Formats;
using Grimoire.Tensors;
using Grimoire.Tests;

namespace Grimoire.Models.Tests;

public sealed class SafetensorsTests
{
    [Fact]
    public void What_is_written_is_read_and_the_order_does_not_matter()
    {
        using var scratch = new Scratch();
        (string Name, Tensor Tensor)[] tensors = Sample();
        var metadata = new Dictionary<string, string> { ["format"] = "pt", ["step"] = "18446744073709551615", ["名"] = "ß\n\"" };
        Safetensors.Write(scratch["a"], tensors, metadata);
        Safetensors.Write(scratch["b"], tensors.Reverse(), metadata.Reverse().ToDictionary());
        Assert.Equal(File.ReadAllBytes(scratch["a"]), File.ReadAllBytes(scratch["b"]));

        SafetensorsFile file = SafetensorsFile.Open(scratch["a"]);
        Assert.Equal(metadata, file.Metadata);
        Assert.Equal(tensors.Length, file.Entries.Count);
        foreach ((string name, Tensor tensor) in tensors)
        {
            Tensor read = file.Tensor(name);
            Assert.Equal((tensor.Shape, tensor.DType), (read.Shape, read.DType));
            Assert.Equal(Runs.Values(tensor), Runs.Values(read));
        }

        Assert.All(file.Entries, entry => Assert.Equal(0, entry.Offset % entry.DType!.Value.Size()));
        Assert.Contains("no tensor nothing", Assert.Throws<GrimoireException>(() => file.Tensor("nothing")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_must_differ()
    {
        using var scratch = new Scratch();
        Assert.Throws<GrimoireException>(() => Safetensors.Write(scratch["a"], [("x", Tensor.Zeros(1)), ("x", Tensor.Zeros(2))]));
        Assert.Throws<GrimoireException>(() => Safetensors.Write(scratch["a"], [("__metadata__", Tensor.Zeros(1))]));
        Assert.False(File.Exists(scratch["a"]));
    }

    [Fact]
    public void A_disk_that_fills_up_leaves_the_old_file_whole_and_nothing_beside_it()
    {
        using var scratch = new Scratch();
        Safetensors.Write(scratch["a"], [("x", Tensor.From(1, [7]))]);
        StoredTensor[] tensors =
        [
            new("x", DType.F32, 1, () => Tensor.Zeros(1)),
            new("y", DType.F32, 1, () => throw new IOException("No space left on device")),
        ];
        string message = Assert.Throws<GrimoireException>(() => Safetensors.Write(scratch["a"], tensors, null)).Message;
        Assert.Contains("No space left on device", message, StringComparison.Ordinal);
        Assert.Equal(7, SafetensorsFile.Open(scratch["a"]).Tensor("x").Item());
        Assert.Single(Directory.GetFiles(scratch.Folder));
        Assert.Contains("cannot be written", Assert.Throws<GrimoireException>(() => Safetensors.Write(scratch["a/b"], [])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Tensors_on_odd_addresses_are_read_too(int padding)
    {
        using var scratch = new Scratch();
        string json = """{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""" + new string(' ', padding);
        SafetensorsFile file = SafetensorsFile.Open(scratch.Write("x", Raw(json, BitConverter.GetBytes(1.5f), BitConverter.GetBytes(-2f))));
        Assert.Equal([1.5f, -2f], file.Tensor("x").ToArray<float>());
    }

    [Fact]
    public void Writing_to_a_mapped_tensor_leaves_the_file_alone()
    {
        using var scratch = new Scratch();
        Safetensors.Write(scratch["a"], [("x", Tensor.From(2, [1, 2]))]);
        SafetensorsFile.Open(scratch["a"]).Tensor("x").Span<float>()[0] = 9;
        Assert.Equal([1f, 2f], SafetensorsFile.Open(scratch["a"]).Tensor("x").ToArray<float>());
    }

    [Fact]
    public void Types_that_are_not_computed_with_are_listed()
    {
        using var scratch = new Scratch();
        string json = """{"a":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},"b":{"dtype":"F4","shape":[2,2],"data_offsets":[8,10]},"c":{"dtype":"BOOL","shape":[],"data_offsets":[10,11]}}""";
        SafetensorsFile file = SafetensorsFile.Open(scratch.Write("x", Raw(json, new byte[11])));
        Assert.Equal(["I64", "F4", "BOOL"], file.Entries.Select(entry => entry.Type));
        Assert.Contains("tensor b is stored as F4", Assert.Throws<GrimoireException>(() => file.Tensor("b")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}""", "broken JSON")]
    [InlineData("""["x"]""", "no JSON object")]
    [InlineData("""{"x":[1,2]}""", "x is [1,2] where an object")]
    [InlineData("""{"x":null}""", "x is null")]
    [InlineData("""{"x":{"dtype":"F33","shape":[2],"data_offsets":[0,8]}}""", "x: dtype is \"F33\"")]
    [InlineData("""{"x":{"dtype":7,"shape":[2],"data_offsets":[0,8]}}""", "x: dtype is 7")]
    [InlineData("""{"x":{"shape":[2],"data_offsets":[0,8]}}""", "x: dtype is missing")]
    [InlineData("""{"x":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", "x: shape is [-2]")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""", "x: shape is [2.5]")]
    [InlineData("""{"x":{"dtype":"F32","shape":["NaN"],"data_offsets":[0,8]}}""", "x: shape is [\"NaN\"]")]
    [InlineData("""{"x":{"dtype":"F32","shape":[NaN],"data_offsets":[0,8]}}""", "broken JSON")]
    [InlineData("""{"x":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}""", "x: shape is 2")]
    [InlineData("""{"x":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", "x: shape is [3]")]
    [InlineData("""{"x":{"dtype":"F32","shape":[9223372036854775807,4],"data_offsets":[0,8]}}""", "x: shape is")]
    [InlineData("""{"x":{"dtype":"F32","shape":[4611686018427387904,4611686018427387904,2],"data_offsets":[0,8]}}""", "x: shape is")]
    [InlineData("""{"x":{"dtype":"F4","shape":[17],"data_offsets":[0,8]}}""", "x: shape is [17]")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", "x: data_offsets is [8,0]")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""", "x: data_offsets is [0]")]
    [InlineData("""{"x":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""", "x: data_offsets is [0,16]")]
    [InlineData("""{"x":{"dtype":"F32","shape":[4],"data_offsets":[0,9223372036854775807]}}""", "x: data_offsets is")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "4 bytes at the end")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "tensor x leaves a hole after the header")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"y":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "tensor y overlaps tensor x")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "Duplicate property 'x'")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"__metadata__":{"a":1}}""", "__metadata__: a is 1")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"__metadata__":"pt"}""", "__metadata__ is \"pt\"")]
    [InlineData("""{"\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "broken JSON")]
    [InlineData("""{"x":[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]}""", "broken JSON")]
    public void A_broken_or_lying_header_is_one_clear_error(string json, string fault)
    {
        using var scratch = new Scratch();
        string path = scratch.Write("x.safetensors", Raw(json, new byte[8]));
        string message = Assert.Throws<GrimoireException>(() => SafetensorsFile.Open(path)).Message;
        Assert.Contains(fault, message, StringComparison.Ordinal);
        Assert.StartsWith(path, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_truncation_is_noticed()
    {
        using var scratch = new Scratch();
        Safetensors.Write(scratch["a"], Sample());
        byte[] bytes = File.ReadAllBytes(scratch["a"]);
        for (int length = 0; length < bytes.Length; length++)
        {
            string path = scratch.Write("b", bytes[..length]);
            Assert.StartsWith(path, Assert.Throws<GrimoireException>(() => SafetensorsFile.Open(path)).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(ulong.MaxValue, "more than the format allows")]
    [InlineData(1UL << 63, "more than the format allows")]
    [InlineData(100_000_001UL, "more than the format allows")]
    [InlineData(100_000_000UL, "no JSON object")]
    [InlineData(0UL, "no JSON object")]
    public void A_huge_file_with_a_lying_header_is_refused_without_its_memory(ulong headerLength, string fault)
    {
        using var scratch = new Scratch();
        using (var stream = new FileStream(scratch["x"], FileMode.Create))
        {
            byte[] length = new byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(length, headerLength);
            stream.Write(length);
            stream.SetLength(4L << 30);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains(fault, Assert.Throws<GrimoireException>(() => SafetensorsFile.Open(scratch["x"])).Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void A_header_of_a_hundred_megabytes_of_nothing_costs_no_more_than_thrice_its_size()
    {
        using var scratch = new Scratch();
        using (var stream = new FileStream(scratch["x"], FileMode.Create))
        {
            stream.Write([0x00, 0xE1, 0xF5, 0x05, 0, 0, 0, 0, (byte)'{']);
            stream.SetLength(4L << 30);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("broken JSON", Assert.Throws<GrimoireException>(() => SafetensorsFile.Open(scratch["x"])).Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 3 * 100_000_000L);
    }

    [Fact]
    public void A_missing_file_and_a_folder_are_one_clear_error()
    {
        using var scratch = new Scratch();
        Assert.Contains("there is no such file", Assert.Throws<GrimoireException>(() => SafetensorsFile.Open(scratch["none"])).Message, StringComparison.Ordinal);
        Assert.Contains("cannot be read", Assert.Throws<GrimoireException>(() => SafetensorsFile.Open(scratch.Folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Golden_headers_are_listed_as_they_are()
    {
        string? path = Shared.Path("golden/tiny/gpt2/hf/model.safetensors");
        Assert.SkipWhen(path is null, "needs ../shared/golden");
        SafetensorsFile file = SafetensorsFile.Open(path!);
        Assert.Equal("pt", file.Metadata["format"]);
        Assert.Equal([457L, 64L], file.Entries[0].Shape);
        Assert.Equal("wte.weight", file.Entries[0].Name);
    }

    internal static (string Name, Tensor Tensor)[] Sample()
    {
        Tensor half = Tensor.Zeros((2, 2), DType.F16), brain = Tensor.Zeros(3, DType.BF16), wide = Tensor.Zeros(Shape.Scalar, DType.F64), ids = Tensor.Zeros((1, 2, 1, 2), DType.I32);
        half.Span<Half>()[1] = (Half)0.5;
        brain.Span<ushort>()[2] = 0x3F80;
        wide.Span<double>()[0] = 0.25;
        ids.Span<int>()[3] = -7;
        return [("h", half), ("brain", brain), ("w", wide), ("ids", ids), ("empty", Tensor.Zeros((0, 4))), ("single", Tensor.From((1, 3), [1, 2, 3]))];
    }

    internal static byte[] Raw(string json, params byte[][] data)
    {
        byte[] header = Encoding.UTF8.GetBytes(json), length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        return [.. length, .. header, .. data.SelectMany(part => part)];
    }
}
