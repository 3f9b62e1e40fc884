using Grimoire.Tensors;

namespace Grimoire.Evaluation.Tests;

public sealed class PairedTestsTests
{
    private static readonly double[] Before = [.. Enumerable.Range(0, 200).Select(i => 10 * CountedRandom.Normal(1, (ulong)i))];

    [Fact]
    public void A_small_gain_on_every_example_shows_through_their_spread()
    {
        double[] after = [.. Before.Select((value, i) => value + 0.1 + (0.1 * CountedRandom.Normal(2, (ulong)i)))];
        foreach (PairedComparison found in Both(Before, after))
        {
            Assert.Equal(0.1, found.Difference, 0.03);
            Assert.True(found.Interval.Lower > 0 && found.Interval.Contains(found.Difference));
            Assert.True(found.PValue < 0.01, $"{found.Test}: {found.PValue}");
        }
    }

    [Fact]
    public void Two_that_differ_by_chance_only_do_not_differ()
    {
        double[] after = [.. Before.Select((value, i) => value + CountedRandom.Normal(3, (ulong)i))];
        Assert.All(Both(Before, after), found => Assert.True(found.PValue > 0.05 && found.Interval.Contains(0), $"{found.Test}: {found.PValue}"));
    }

    [Fact]
    public void A_system_does_not_differ_from_itself()
    {
        Assert.Equal((0, new Interval(0, 0)), (PairedTests.Bootstrap(Before, Before).Difference, PairedTests.Bootstrap(Before, Before).Interval));
        Assert.Equal(1 / 1001.0, PairedTests.ApproximateRandomization(Before, Before, 1000).PValue);
    }

    [Fact]
    public void The_share_of_trials_beyond_is_that_of_all_assignments()
    {
        double[] a = [1, 2, 3, 4, 5, 6], b = [2, 2, 5, 4, 5, 9];
        double measured = Math.Abs(b.Zip(a, (x, y) => x - y).Sum());
        int beyond = Enumerable.Range(0, 1 << a.Length).Count(mask =>
            Math.Abs(Enumerable.Range(0, a.Length).Sum(i => (b[i] - a[i]) * ((mask >> i & 1) == 1 ? -1 : 1))) > measured);
        Assert.Equal(0, beyond);
        b[0] = 0;
        measured = Math.Abs(b.Zip(a, (x, y) => x - y).Sum());
        double exact = Enumerable.Range(0, 1 << a.Length).Count(mask =>
            Math.Abs(Enumerable.Range(0, a.Length).Sum(i => (b[i] - a[i]) * ((mask >> i & 1) == 1 ? -1 : 1))) > measured) / 64.0;
        Assert.Equal(exact, PairedTests.ApproximateRandomization(a, b).PValue, 0.02);
    }

    [Fact]
    public void Examples_that_cannot_be_paired_are_refused()
    {
        Assert.Throws<ArgumentException>(() => PairedTests.Bootstrap([1, 2], [1]));
        Assert.Throws<ArgumentException>(() => PairedTests.ApproximateRandomization([1, 2], [1]));
    }

    private static PairedComparison[] Both(double[] a, double[] b) => [PairedTests.Bootstrap(a, b), PairedTests.ApproximateRandomization(a, b, 1000)];
}
