using Grimoire.Evaluation.Scaling;
using Grimoire.Training.Runs;

namespace Grimoire.Evaluation.Tests.Scaling;

public sealed class ModelSizeTests
{
    [Theory]
    [InlineData("1x8", 1)]
    [InlineData("2x48", 1)]
    [InlineData("2x64", 2)]
    [InlineData("3x80", 2)]
    [InlineData("3x100", 2)]
    [InlineData("12x768", 24)]
    public void Heads_divide_the_width_into_even_parts_of_32_channels_or_more(string text, int heads)
    {
        ModelSize size = ModelSize.Parse(text);
        Assert.Equal((text, heads), (size.ToString(), size.Heads));
        size.In(new PretrainRecipe()).Check();
    }

    [Theory]
    [InlineData("64")]
    [InlineData("0x64")]
    [InlineData("2x63")]
    [InlineData("2x64x3")]
    [InlineData("-1x64")]
    public void What_is_no_size_is_refused(string text) =>
        Assert.Contains(text, Assert.Throws<GrimoireException>(() => ModelSize.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_ladder_climbs()
    {
        double[] weights = [.. ModelSize.Ladder.Select(size => (double)size.Layers * size.Channels * size.Channels)];
        Assert.All(weights.Zip(weights.Skip(1)), pair => Assert.InRange(pair.Second / pair.First, 1.3, 5));
    }
}
