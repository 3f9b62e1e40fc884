using Grimoire.Models.Adapters;
using Grimoire.Tensors;

namespace Grimoire.Models.Tests.Adapters;

/// <summary>A model written with adapters attached holds what it says.</summary>
public sealed class AdapterMergeTests
{
    public static TheoryData<string> Names => FamilyModels.Names;

    public static TheoryData<DType> Quantised => [.. Enum.GetValues<DType>().Where(type => type.IsQuantized())];

    private static AdapterConfig[] Kinds =>
    [
        TinyAdapters.Lora,
        TinyAdapters.Lora with { Dora = true, Targets = ["q", "v", "o"] },
        new() { Kind = AdapterKind.Ia3, Targets = ["q", "k", "v", "o"], ScaledInputs = ["o"] },
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void Merged_is_unmerged(string name)
    {
        using var scratch = new Scratch();
        foreach (AdapterConfig config in Kinds)
        {
            Transformer model = FamilyModels.Random(name);
            Adapter one = TinyAdapters.Attached(model, config), other = TinyAdapters.Attached(model, TinyAdapters.Lora with { Targets = ["v", "o"] }, seed: 9);
            (one.Strength, other.Strength) = (0.75, -0.5);
            float[] unmerged = Logits(model);
            ModelFolder.Save(scratch["merged"], model);
            Transformer merged = ModelFolder.Load(scratch["merged"]);
            Assert.True(Relative(unmerged, Logits(merged)) < 2e-5);
            Assert.Equal(0, AdapterMerge.Compare(model, merged).Rounding, 1e-7);

            other.Enabled = false;
            ModelFolder.Save(scratch["one"], model);
            Assert.True(Relative(Logits(model), Logits(ModelFolder.Load(scratch["one"]))) < 2e-5);
        }
    }

    /// <summary>Half the width of a step of the type: 2⁻¹¹ and 2⁻⁸ of a weight.</summary>
    [Theory]
    [InlineData(DType.F16, 4.9e-4)]
    [InlineData(DType.BF16, 3.91e-3)]
    public void In_half_precision_only_rounding_differs(DType type, double half)
    {
        using var scratch = new Scratch();
        ModelFolder.Save(scratch["base"], FamilyModels.Random("llama"), type);
        Transformer model = ModelFolder.Load(scratch["base"]);
        TinyAdapters.Attached(model, TinyAdapters.Lora);
        ModelFolder.Save(scratch["merged"], model);
        Transformer merged = ModelFolder.Load(scratch["merged"]);
        Assert.All(merged.Parameters.Where(p => p.Tensor.Shape.Rank == 2), p => Assert.Equal(type, p.Tensor.DType));
        AdapterMerge.Outcome outcome = AdapterMerge.Compare(model, merged);
        Assert.True(outcome.Rounding < half && outcome.Change > 10 * half, $"{outcome}");
        Assert.True(Relative(Logits(model), Logits(merged)) < 20 * half);
    }

    /// <summary>The blocks are those of the merged weights, so the type's own error is all there is; what no adapter changes keeps its blocks.</summary>
    [Theory]
    [MemberData(nameof(Quantised))]
    public void Quantised_weights_are_encoded_again_in_their_own_type(DType type)
    {
        using var scratch = new Scratch();
        ModelConfig config = Llama.Config(layers: 1, heads: 4, channels: 256, context: 24, vocabulary: 29, feedForward: 256);
        GgufModel.Save(scratch["base.gguf"], FamilyModels.Random(config), type);
        Transformer model = GgufModel.Load(scratch["base.gguf"]);
        TinyAdapters.Attached(model, TinyAdapters.Lora with { Targets = ["q", "down"] });
        GgufModel.Save(scratch["merged.gguf"], model);
        Transformer merged = GgufModel.Load(scratch["merged.gguf"]);
        foreach ((Parameter before, Parameter after) in model.Parameters.Zip(merged.Parameters))
        {
            Assert.Equal(before.Tensor.DType, after.Tensor.DType);
            if (before.Name.Contains(".attn.q.", StringComparison.Ordinal) || before.Name.Contains(".down.", StringComparison.Ordinal))
            {
                Linear linear = AdapterTargets.Linears(model).First(candidate => before.Name == $"{candidate.Name}.weight");
                Tensor exact = Tensor.Zeros(before.Tensor.Shape);
                Kernels.Reference.Copy(before.Tensor, exact);
                linear.Merge(exact, null);
                Assert.Equal(Quantization.Quantize(exact, type).ToArray<byte>(), after.Tensor.ToArray<byte>());
            }
            else
            {
                Assert.Equal(Runs.Values(before.Tensor), Runs.Values(after.Tensor));
            }
        }

        GgufModel.Save(scratch["again.gguf"], merged);
        Assert.Equal(File.ReadAllBytes(scratch["merged.gguf"]), File.ReadAllBytes(scratch["again.gguf"]));
    }

    [Fact]
    public void Numbers_that_are_none_and_virtual_tokens_are_refused()
    {
        using var scratch = new Scratch();
        Transformer model = FamilyModels.Random("llama");
        Adapter adapter = TinyAdapters.Attached(model, TinyAdapters.Lora);
        ((LowRank)adapter.Layers[3]).B.Span<float>()[1] = float.NaN;
        Assert.Contains("blocks.0.attn.o", Assert.Throws<GrimoireException>(() => ModelFolder.Save(scratch["x"], model)).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(scratch["x/model.safetensors"]));
        model.Detach(adapter);
        TinyAdapters.Attached(model, new AdapterConfig { Kind = AdapterKind.Prefix, VirtualTokens = 2 });
        Assert.Contains("cannot be merged", Assert.Throws<GrimoireException>(() => ModelFolder.Save(scratch["x"], model)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Dora_starts_as_the_base_and_weights_stay_where_they_were()
    {
        foreach (string name in (string[])["llama", "gpt2"])
        {
            Transformer model = FamilyModels.Random(name);
            float[] plain = Logits(model);
            model.Attach(Adapter.Create(model, new AdapterConfig { Dora = true }, seed: 1));
            Assert.True(Relative(plain, Logits(model)) < 1e-6);
            model.Adapters[0].Strength = 0.5;
            Assert.True(Relative(plain, Logits(model)) < 1e-6);
        }
    }

    private static float[] Logits(Transformer model) =>
        model.Logits(new Workspace(Kernels.Reference), new Batch().Add(FamilyModels.Tokens(9, 1)).Add(FamilyModels.Tokens(5, 2)));

    private static double Relative(float[] expected, float[] actual) =>
        Runs.LargestDifference(expected, actual) / Math.Max(1, expected.Max(value => Math.Abs((double)value)));
}
