using System.Text.Json;
using Grimoire.Models.Formats;
using Grimoire.Tensors;
using Grimoire.Tests;

namespace Grimoire.Models.Tests;

/// <summary>Mixes: which tensor gets which type.</summary>
public sealed class QuantizationMixTests
{
    private static readonly ModelConfig Llama = FamilyModels.Configs["llama"] with { Layers = 32, TiedEmbeddings = false };

    [Theory]
    [InlineData("llama-q8_0", "Q8_0")]
    [InlineData("llama-q4_k_m", "Q4_K_M")]
    public void Files_of_llama_quantize_have_the_same_types(string name, string mixName)
    {
        string? folder = Shared.Path($"golden/quant-models/{name}");
        Assert.SkipWhen(folder is null, "needs ../shared/golden");
        var mix = QuantizationMix.Named(mixName);
        using var scratch = new Scratch();
        GgufModel.Save(scratch["ours.gguf"], GgufModel.Load(Path.Combine(folder!, "model.gguf")), mix);
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder!, "manifest.json")));
        Assert.Equal(
            manifest.RootElement.GetProperty("tensor_types").EnumerateObject().Select(one => $"{one.Name} {one.Value.GetString()}").Order(StringComparer.Ordinal),
            GgufFile.Open(scratch["ours.gguf"]).Entries.Select(entry => $"{entry.Name} {entry.Type}").Order(StringComparer.Ordinal));
        Assert.Equal(GgufFile.Open(Path.Combine(folder!, "model.gguf")).Metadata.Int("general.file_type"), GgufFile.Open(scratch["ours.gguf"]).Metadata.Int("general.file_type"));
    }

    [Fact]
    public void Some_layers_get_more()
    {
        var mix = QuantizationMix.Named("q4_k_m");
        int[] better = [.. Enumerable.Range(0, 32).Where(layer => mix.TypeOf($"blk.{layer}.ffn_down.weight", 1024, Llama) == DType.Q6_K)];
        Assert.Equal([0, 1, 2, 3, 6, 9, 12, 15, 18, 21, 24, 27, 28, 29, 30, 31], better);
        Assert.Equal(better, Enumerable.Range(0, 32).Where(layer => mix.TypeOf($"blk.{layer}.attn_v.weight", 1024, Llama) == DType.Q6_K));
        Assert.Equal(DType.Q4_K, mix.TypeOf("blk.0.attn_k.weight", 1024, Llama));
        Assert.Equal(better, Enumerable.Range(0, 32).Where(layer => mix.TypeOf($"blk.{layer}.attn_qkv.weight", 1024, Llama) == DType.Q6_K));
        Assert.Equal(DType.Q5_K, mix.TypeOf("blk.16.attn_v.weight", 1024, Llama with { Layers = 80 }));
    }

    [Theory]
    [InlineData("Q4_K_M", 1024, DType.Q4_K, DType.Q6_K)]
    [InlineData("Q4_K_M", 96, DType.Q5_0, DType.Q8_0)]
    [InlineData("Q5_K_M", 96, DType.Q5_1, DType.Q8_0)]
    [InlineData("Q6_K", 96, DType.Q8_0, DType.Q8_0)]
    [InlineData("Q4_0", 96, DType.Q4_0, DType.Q8_0)]
    [InlineData("Q4_0", 1024, DType.Q4_0, DType.Q6_K)]
    [InlineData("Q8_0", 1024, DType.Q8_0, DType.Q8_0)]
    [InlineData("Q8_0", 40, DType.F16, DType.F16)]
    [InlineData("Q4_K_M", 40, DType.F16, DType.F16)]
    [InlineData("F16", 40, DType.F16, DType.F16)]
    [InlineData("BF16", 1024, DType.BF16, DType.BF16)]
    public void Rows_that_are_not_whole_blocks_take_smaller_ones(string name, int columns, DType gate, DType output)
    {
        var mix = QuantizationMix.Named(name);
        Assert.Equal(gate, mix.TypeOf("blk.5.ffn_gate.weight", columns, Llama));
        Assert.Equal(output, mix.TypeOf("output.weight", columns, Llama));
        Assert.Equal(output, mix.TypeOf("token_embd.weight", columns, Llama with { TiedEmbeddings = true }));
        Assert.Equal(gate, mix.TypeOf("token_embd.weight", columns, Llama));
    }

    [Fact]
    public void Calibrated_first_layers_of_Q4_0_have_an_offset()
    {
        var mix = QuantizationMix.Named("Q4_0");
        Assert.Equal(DType.Q4_1, mix.TypeOf("blk.3.ffn_down.weight", 1024, Llama, calibrated: true));
        Assert.Equal(DType.Q4_0, mix.TypeOf("blk.4.ffn_down.weight", 1024, Llama, calibrated: true));
        Assert.Equal(DType.Q4_0, mix.TypeOf("blk.3.ffn_down.weight", 1024, Llama));
    }

    [Fact]
    public void Progress_is_told_and_may_stop_the_writing()
    {
        using var scratch = new Scratch();
        Transformer model = FamilyModels.Random("llama");
        var shares = new List<double>();
        GgufModel.Save(scratch["whole.gguf"], model, QuantizationMix.Named("F16"), progress: shares.Add);
        Assert.Equal(model.Parameters.Count, shares.Count);
        Assert.Equal(0, shares[0]);
        Assert.Equal(shares.Order(), shares);
        Assert.InRange(shares[^1], 0.1, 1);
        Assert.Throws<OperationCanceledException>(
            () => GgufModel.Save(scratch["part.gguf"], model, QuantizationMix.Named("F16"), progress: share => throw new OperationCanceledException($"{share}")));
        Assert.Equal(["whole.gguf"], Directory.EnumerateFiles(Path.GetDirectoryName(scratch["whole.gguf"])!).Select(Path.GetFileName));
    }

    [Fact]
    public void An_unknown_name_is_refused_with_the_known_ones() =>
        Assert.Contains("BF16, F16, Q8_0, Q6_K, Q5_K_M, Q4_K_M, Q4_0", Assert.Throws<GrimoireException>(() => QuantizationMix.Named("Q9")).Message, StringComparison.Ordinal);
}
