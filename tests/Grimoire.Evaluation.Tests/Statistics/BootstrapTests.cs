using Grimoire.Tensors;

namespace Grimoire.Evaluation.Tests;

public sealed class BootstrapTests
{
    [Fact]
    public void The_interval_of_a_mean_is_that_of_the_normal_law()
    {
        double[] values = [.. Enumerable.Range(0, 400).Select(i => 5 + CountedRandom.Normal(7, (ulong)i))];
        Interval found = Bootstrap.OfMean(values, 4000);
        double mean = values.Average(), error = 1.96 * Math.Sqrt(values.Average(v => (v - mean) * (v - mean)) / values.Length);
        Assert.Equal(mean - error, found.Lower, 0.1 * error);
        Assert.Equal(mean + error, found.Upper, 0.1 * error);
    }

    [Fact]
    public void Intervals_hold_the_truth_as_often_as_they_say()
    {
        int held = Enumerable.Range(0, 400).Count(trial =>
            Bootstrap.OfMean([.. Enumerable.Range(0, 60).Select(i => CountedRandom.Normal(11, (ulong)((trial * 60) + i)))], 200, level: 0.9).Contains(0));
        Assert.InRange(held / 400.0, 0.84, 0.95);
    }

    [Fact]
    public void A_higher_level_makes_a_wider_interval_and_the_seed_tells_all()
    {
        double[] values = [.. Enumerable.Range(0, 50).Select(i => Math.Sqrt(i) * (i % 17))];
        Interval narrow = Bootstrap.OfMean(values, level: 0.5), wide = Bootstrap.OfMean(values, level: 0.99);
        Assert.True(wide.Lower < narrow.Lower && narrow.Upper < wide.Upper);
        Assert.Equal(narrow, Bootstrap.OfMean(values, level: 0.5));
        Assert.NotEqual(narrow, Bootstrap.OfMean(values, seed: 2, level: 0.5));
    }

    [Fact]
    public void As_many_figures_are_dropped_on_each_side_as_the_level_says()
    {
        Assert.Equal(new Interval(25, 974), Bootstrap.Percentiles([.. Enumerable.Range(0, 1000).Select(i => (double)i)], 0.95));
        Assert.Equal(new Interval(50, 949, 0.9), Bootstrap.Percentiles([.. Enumerable.Range(0, 1000).Select(i => (double)i)], 0.9));
        Assert.Equal(new Interval(0, 9), Bootstrap.Percentiles([.. Enumerable.Range(0, 10).Select(i => (double)i)], 0.95));
    }

    [Fact]
    public void Sums_of_rows_give_what_the_statistic_of_the_indices_gives()
    {
        double[] values = [3, 1, 4, 1, 5, 9, 2, 6];
        Assert.Equal(Bootstrap.Of(values.Length, drawn => drawn.Average(i => values[i])), Bootstrap.OfMean(values));
    }

    [Fact]
    public void Nothing_and_senseless_levels_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Bootstrap.OfMean([]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Bootstrap.Of(0, _ => 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Bootstrap.OfMean([1, 2], level: 1));
        Assert.Throws<ArgumentException>(() => new SufficientStatistics([[1, 2], [1]], sums => sums[0]));
    }
}
