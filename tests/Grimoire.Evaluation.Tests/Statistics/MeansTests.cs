namespace Grimoire.Evaluation.Tests;

public sealed class MeansTests
{
    [Fact]
    public void Means_of_four_numbers_are_those_computed_by_hand()
    {
        Assert.Equal(3.75, Means.Arithmetic([1, 2, 4, 8]));
        Assert.Equal(Math.Pow(2, 1.5), Means.Geometric([1, 2, 4, 8]), 14);
        Assert.Equal(4 / 1.875, Means.Harmonic([1, 2, 4, 8]), 15);
    }

    [Fact]
    public void Perplexity_is_the_geometric_mean_of_what_probabilities_are_one_in()
    {
        double[] losses = [0.5, 2.25, 1.75];
        Assert.Equal(Math.Exp(losses.Average()), Means.Geometric([.. losses.Select(Math.Exp)]), 14);
    }

    [Theory]
    [InlineData(0.5, 0.25)]
    [InlineData(1, 0.01)]
    [InlineData(0, 0.7)]
    public void F1_is_the_harmonic_mean_of_precision_and_recall(double precision, double recall)
    {
        Assert.Equal(Means.Harmonic([precision, recall]), Means.F(precision, recall), 15);
        Assert.Equal(5 * precision * recall / ((4 * precision) + recall), Means.F(precision, recall, 2), 15);
    }

    [Fact]
    public void Zero_is_the_mean_of_what_holds_a_zero_and_less_is_refused()
    {
        Assert.Equal((0, 0, 0), (Means.Geometric([0, 5]), Means.Harmonic([0, 5]), Means.F(0, 0)));
        Assert.Throws<ArgumentException>(() => Means.Geometric([-1, 2]));
        Assert.Throws<ArgumentException>(() => Means.Harmonic([-1, 2]));
        Assert.Throws<ArgumentException>(() => Means.Arithmetic([]));
    }
}
