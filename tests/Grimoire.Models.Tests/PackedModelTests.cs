using Grimoire.Tensors;

namespace Grimoire.Models.Tests;

/// <summary>Models whose weights are packed as they are opened, and the file beside them.</summary>
public sealed class PackedModelTests
{
    private static readonly ModelConfig Config = Llama.Config(layers: 2, heads: 4, channels: 256, context: 32, vocabulary: 96, feedForward: 544, keyValueHeads: 2);
    private static readonly int[] Tokens = [3, 1, 4, 1, 5, 9, 2, 6];

    [Theory]
    [InlineData("F16", 1e-4)]
    [InlineData("Q8_0", 0.02)]
    [InlineData("Q4_0", 0.02)]
    [InlineData("Q4_K_M", 0.02)]
    public void Say_the_same_up_to_rounding_with_any_company(string mix, double share)
    {
        using var scratch = new Scratch();
        string path = Written(scratch, mix);
        float[] stored = Logits(GgufModel.Load(path), Tokens), packed = Logits(Packed(path), Tokens);
        Assert.True(Runs.LargestDifference(stored, packed) < share * stored.Max(Math.Abs));
        Assert.Equal(mix != "F16", PackedModel.RoundsActivations(Packed(path)));
        // Rows do not see how many there are beside them.
        float[] first = Logits(Packed(path), Tokens[..3]);
        Assert.Equal(first, packed[..first.Length]);
    }

    [Fact]
    public void Are_taken_from_the_file_beside_them_once_it_is_kept()
    {
        using var scratch = new Scratch();
        string path = Written(scratch, "Q4_K_M"), beside = path + ".packed";
        float[] packed = Logits(Packed(path), Tokens);
        Assert.False(File.Exists(beside));
        Assert.Equal(packed, Logits(Packed(path, keep: true), Tokens));
        bool told = false;
        Transformer taken = GgufModel.Load(path);
        PackedModel.Pack(taken, path, Kernels.Simd, progress: _ => told = true);
        Assert.False(told, "it was packed again");
        Assert.Equal(packed, Logits(taken, Tokens));
    }

    [Fact]
    public void Are_packed_anew_when_the_file_is_damaged_or_of_another_model()
    {
        using var scratch = new Scratch();
        string path = Written(scratch, "Q4_0"), beside = path + ".packed";
        float[] packed = Logits(Packed(path, keep: true), Tokens);
        byte[] whole = File.ReadAllBytes(beside);
        foreach (byte[] damaged in new[] { [], whole[..100], whole[..^1], [.. whole, 0], [(byte)'x', .. whole[1..]] })
        {
            File.WriteAllBytes(beside, damaged);
            Assert.Equal(packed, Logits(Packed(path), Tokens));
        }

        File.WriteAllBytes(beside, [.. whole[..4096], .. new byte[whole.Length - 4096]]);
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddSeconds(5));
        Assert.Equal(packed, Logits(Packed(path), Tokens));
    }

    [Fact]
    public void Are_packed_anew_when_other_weights_have_the_same_length_and_time()
    {
        using var scratch = new Scratch();
        string path = Written(scratch, "Q4_0");
        Packed(path, keep: true);
        DateTime time = File.GetLastWriteTimeUtc(path);
        long length = new FileInfo(path).Length;
        GgufModel.Save(path, new Transformer(Config, Initialization.Random(Config, 4)), QuantizationMix.Named("Q4_0"));
        File.SetLastWriteTimeUtc(path, time);
        Assert.Equal(length, new FileInfo(path).Length);
        using var other = new Scratch();
        File.Copy(path, other["model.gguf"]);
        Assert.Equal(Logits(Packed(other["model.gguf"]), Tokens), Logits(Packed(path), Tokens));
    }

    [Fact]
    public void Are_kept_in_a_folder_too()
    {
        using var scratch = new Scratch();
        string folder = scratch["model"];
        ModelFolder.Save(folder, new Transformer(Config, Initialization.Random(Config, 3)), DType.F16);
        float[] packed = Logits(Packed(folder), Tokens);
        Assert.Equal(packed, Logits(Packed(folder, keep: true), Tokens));
        Assert.True(File.Exists(Path.Combine(folder, "model.safetensors.packed")));
        bool told = false;
        Transformer taken = ModelFiles.Load(folder);
        PackedModel.Pack(taken, folder, Kernels.Simd, progress: _ => told = true);
        Assert.False(told, "it was packed again");
        Assert.Equal(packed, Logits(taken, Tokens));
    }

    [Fact]
    public void Are_saved_as_they_were()
    {
        using var scratch = new Scratch();
        string path = Written(scratch, "Q4_0");
        GgufModel.Save(scratch["again.gguf"], Packed(path));
        GgufModel.Save(scratch["stored.gguf"], GgufModel.Load(path));
        Assert.Equal(File.ReadAllBytes(scratch["stored.gguf"]), File.ReadAllBytes(scratch["again.gguf"]));
    }

    private static string Written(Scratch scratch, string mix)
    {
        GgufModel.Save(scratch["model.gguf"], new Transformer(Config, Initialization.Random(Config, 3)), QuantizationMix.Named(mix));
        return scratch["model.gguf"];
    }

    private static Transformer Packed(string path, bool keep = false)
    {
        Transformer model = ModelFiles.Load(path);
        PackedModel.Pack(model, path, Kernels.Simd, keep);
        return model;
    }

    private static float[] Logits(Transformer model, int[] tokens) => model.Logits(new Workspace(Kernels.Simd), Batch.Of(tokens));
}
