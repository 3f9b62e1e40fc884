using Grimoire.Tensors;

namespace Grimoire.Models.Tests;

public sealed class QuantizedInitializationTests
{
    private static readonly ModelConfig Config = Llama.Config(layers: 4, heads: 4, channels: 256, context: 32, vocabulary: 96, feedForward: 544, keyValueHeads: 2);

    [Theory]
    [InlineData("F16")]
    [InlineData("Q8_0")]
    [InlineData("Q4_0")]
    [InlineData("Q4_K_M")]
    public void Types_are_those_of_a_file_of_the_mix_and_numbers_have_their_distribution(string name)
    {
        var mix = QuantizationMix.Named(name);
        using var scratch = new Scratch();
        var model = new Transformer(Config, QuantizedInitialization.Random(Config, mix, seed: 3));
        string quantised = scratch["quantised.gguf"], drawn = scratch["drawn.gguf"];
        GgufModel.Save(quantised, new Transformer(Config, Initialization.Random(Config, 3)), mix);
        GgufModel.Save(drawn, model);
        Assert.Equal(
            ModelDescription.Read(quantised).Tensors.Select(tensor => (tensor.Name, tensor.Type, tensor.Bytes)),
            ModelDescription.Read(drawn).Tensors.Select(tensor => (tensor.Name, tensor.Type, tensor.Bytes)));
        foreach (Parameter parameter in model.Parameters.Where(parameter => parameter.Tensor.Shape.Rank == 2))
        {
            Tensor numbers = Tensor.Zeros(parameter.Tensor.Shape);
            Kernels.Reference.Copy(parameter.Tensor, numbers);
            float[] values = numbers.ToArray<float>();
            double mean = values.Average(), deviation = Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
            double expected = parameter.Name.Contains("attn.o", StringComparison.Ordinal) || parameter.Name.Contains("down", StringComparison.Ordinal)
                ? 0.02 / Math.Sqrt(8) : 0.02;
            Assert.True(Math.Abs(deviation / expected - 1) < 0.1 && Math.Abs(mean) < 0.1 * expected, $"{parameter.Name}: {mean} ± {deviation}");
        }
    }

    [Fact]
    public void Weights_depend_on_seed_and_name()
    {
        ParameterSource source = QuantizedInitialization.Random(Config, QuantizationMix.Named("Q4_0"), 5), again = QuantizedInitialization.Random(Config, QuantizationMix.Named("Q4_0"), 5);
        byte[] first = source("blocks.0.attn.q.weight", (64, 256)).ToArray<byte>(), second = source("blocks.1.attn.q.weight", (64, 256)).ToArray<byte>();
        Assert.NotEqual(first, second);
        Assert.Equal(second, again("blocks.1.attn.q.weight", (64, 256)).ToArray<byte>());
        Assert.Equal(first, again("blocks.0.attn.q.weight", (64, 256)).ToArray<byte>());
    }
}
