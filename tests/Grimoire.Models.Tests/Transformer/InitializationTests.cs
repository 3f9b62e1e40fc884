namespace Grimoire.Models.Tests;

public sealed class InitializationTests
{
    private static readonly ModelConfig Config = Gpt2.Config(layers: 8, heads: 4, channels: 64, context: 32, vocabulary: 100);

    [Fact]
    public void Weights_depend_on_seed_and_name_and_not_on_the_order_of_asking()
    {
        ParameterSource source = Initialization.Random(Config, 5), again = Initialization.Random(Config, 5), other = Initialization.Random(Config, 6);
        float[] a = Runs.Values(source("blocks.0.attn.q.weight", (64, 64))), b = Runs.Values(source("blocks.1.attn.q.weight", (64, 64)));
        Assert.Equal(b, Runs.Values(again("blocks.1.attn.q.weight", (64, 64))));
        Assert.Equal(a, Runs.Values(again("blocks.0.attn.q.weight", (64, 64))));
        Assert.NotEqual(a, b);
        Assert.NotEqual(a, Runs.Values(other("blocks.0.attn.q.weight", (64, 64))));
    }

    [Fact]
    public void Each_kind_has_its_distribution()
    {
        var model = new Transformer(Config, Initialization.Random(Config, 1));
        foreach (Parameter parameter in model.Parameters)
        {
            float[] values = Runs.Values(parameter.Tensor);
            double mean = values.Average(), deviation = Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
            double expected = parameter.Name.EndsWith("attn.o.weight", StringComparison.Ordinal) || parameter.Name.EndsWith("mlp.down.weight", StringComparison.Ordinal)
                ? 0.02 / 4
                : 0.02;
            if (parameter.Tensor.Shape.Rank == 1)
                Assert.All(values, value => Assert.Equal(parameter.Name.EndsWith("norm.weight", StringComparison.Ordinal) ? 1 : 0, value));
            else
                Assert.True(Math.Abs(deviation - expected) < 0.05 * expected && Math.Abs(mean) < 0.05 * expected, $"{parameter.Name}: {mean} ± {deviation}");
        }
    }

    [Fact]
    public void The_config_counts_the_parameters_right()
    {
        foreach (ModelConfig config in FamilyModels.Configs.Values)
            Assert.Equal(config.ParameterCount, FamilyModels.Random(config).Parameters.Sum(parameter => parameter.Tensor.Shape.Count));
    }

    [Fact]
    public void GPT_2_has_124_million_parameters_and_Llama_2_has_7_billion()
    {
        Assert.Equal(124_439_808, Gpt2.Config(layers: 12, heads: 12, channels: 768, context: 1024, vocabulary: 50257).ParameterCount);
        Assert.Equal(6_738_415_616, Llama.Config(layers: 32, heads: 32, channels: 4096, context: 4096, vocabulary: 32000, feedForward: 11008).ParameterCount);
    }
}
