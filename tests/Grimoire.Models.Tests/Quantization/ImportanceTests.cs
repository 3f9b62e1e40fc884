using Grimoire.Tensors;

namespace Grimoire.Models.Tests;

/// <summary>Calibration: what a text shows of the inputs of each matrix, and what quantising gains by it.</summary>
public sealed class ImportanceTests
{
    private static readonly int[] Text = FamilyModels.Tokens(24);

    public static TheoryData<string> Families => [.. FamilyModels.Configs.Keys];

    [Theory]
    [MemberData(nameof(Families))]
    public void Every_matrix_that_multiplies_has_mean_squares(string family)
    {
        Transformer model = FamilyModels.Random(FamilyModels.Configs[family]);
        var importance = Importance.Of(model, Text, Kernels.Simd);
        foreach (Parameter parameter in model.Parameters.Where(parameter => parameter.Tensor.Shape.Rank == 2))
        {
            float[]? columns = importance.Columns(parameter.Tensor);
            bool multiplies = parameter.Name.StartsWith("blocks.", StringComparison.Ordinal) || parameter.Tensor == model.Unembedding;
            Assert.Equal(multiplies && !parameter.Name.Contains("experts", StringComparison.Ordinal) ? parameter.Tensor.Shape[1] : columns?.Length, columns?.Length);
            Assert.All(columns ?? [], column => Assert.InRange(column, 0, float.MaxValue));
            if (!multiplies)
                Assert.Null(columns);
        }
    }

    [Fact]
    public void They_are_the_means_of_squares()
    {
        ModelConfig config = FamilyModels.Configs["llama"];
        Transformer model = FamilyModels.Random(config);
        float[] columns = Importance.Of(model, Text, Kernels.Simd).Columns(model.Blocks[0].Attention.Query.Weight)!;
        var workspace = new Workspace(Kernels.Simd);
        Pass pass = model.Begin(workspace, Batch.Of(Text));
        Tensor x = model.Blocks[0].AttentionNorm!.Forward(model.Embed(pass));
        for (int column = 0; column < columns.Length; column++)
        {
            double sum = 0;
            for (int row = 0; row < Text.Length; row++)
                sum += Math.Pow(x.Span<float>()[(row * columns.Length) + column], 2);
            Assert.Equal(sum / Text.Length, columns[column], 1e-4);
        }
    }

    [Theory]
    [InlineData("Q4_0")]
    [InlineData("Q4_K_M")]
    public void Quantised_with_it_a_layer_gives_back_less_error(string name)
    {
        using var scratch = new Scratch();
        Transformer model = Uneven(FamilyModels.Random(FamilyModels.Configs["llama"] with { Channels = 256, HeadDim = 16, Heads = 4, FeedForward = 256 }));
        var importance = Importance.Of(model, Text, Kernels.Simd);
        var mix = QuantizationMix.Named(name);
        GgufModel.Save(scratch["plain.gguf"], model, mix);
        GgufModel.Save(scratch["weighted.gguf"], model, mix, importance: importance);
        double plain = FirstLayerError(model, GgufModel.Load(scratch["plain.gguf"])), weighted = FirstLayerError(model, GgufModel.Load(scratch["weighted.gguf"]));
        Assert.True(weighted < 0.9 * plain, $"{weighted} with calibration, {plain} without");
    }

    [Fact]
    public void A_text_without_tokens_is_refused() =>
        Assert.Throws<GrimoireException>(() => Importance.Of(FamilyModels.Random(FamilyModels.Configs["llama"]), [], Kernels.Simd));

    /// <summary>Norms that let some channels through much louder, as trained models do.</summary>
    private static Transformer Uneven(Transformer model)
    {
        var random = new Random(3);
        foreach (Parameter parameter in model.Parameters.Where(parameter => parameter.Name.EndsWith("norm.weight", StringComparison.Ordinal)))
        {
            foreach (ref float weight in parameter.Tensor.Span<float>())
                weight *= random.Next(8) == 0 ? 6 : 0.3f;
        }

        return model;
    }

    /// <summary>Σ of squares of what the first value projection gives back too much, for the same input.</summary>
    private static double FirstLayerError(Transformer exact, Transformer quantized)
    {
        var workspace = new Workspace(Kernels.Simd);
        Pass pass = exact.Begin(workspace, Batch.Of(Text));
        Tensor x = exact.Blocks[0].AttentionNorm!.Forward(exact.Embed(pass));
        Tensor y = exact.Blocks[0].Attention.Value.Forward(x) - quantized.Blocks[0].Attention.Value.Forward(x);
        return Kernels.Simd.SumOfSquares(y);
    }
}
