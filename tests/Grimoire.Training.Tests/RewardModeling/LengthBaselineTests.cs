using Grimoire.Tensors;

namespace Grimoire.Training.Tests.RewardModeling;

public sealed class LengthBaselineTests
{
    [Fact]
    public void It_finds_the_odds_that_lengths_were_preferred_by()
    {
        RewardPair[] pairs = [.. Enumerable.Range(0, 20000).Select(i =>
        {
            (int a, int b) = (Length(i, 1), Length(i, 2));
            double reward = (0.03 * (a - b)) - (0.8 * Math.Log((double)a / b));
            return CountedRandom.Uniform(3, (ulong)i) < BradleyTerry.Preference(reward, 0) ? Pair(a, b) : Pair(b, a);
        })];
        LengthBaseline found = LengthBaseline.Fit(pairs);
        Assert.Equal(0.03, found.PerToken, 0.005);
        Assert.Equal(-0.8, found.PerLogarithm, 0.1);
        Assert.True(found.Reliability(pairs).CalibrationError < 0.02);
        Assert.True(found.Reliability(pairs).Loss < Math.Log(2));
    }

    [Fact]
    public void Where_the_longer_always_wins_the_fit_stays_finite_and_right()
    {
        RewardPair[] pairs = [Pair(9, 3), Pair(12, 11), Pair(4, 1)];
        LengthBaseline found = LengthBaseline.Fit(pairs);
        Assert.True(double.IsFinite(found.PerToken) && double.IsFinite(found.PerLogarithm));
        Assert.Equal(1, found.Reliability(pairs).Accuracy);
        Assert.Equal(1, LengthBaseline.LongerIsBetter(pairs));
    }

    [Fact]
    public void Equal_lengths_say_nothing()
    {
        RewardPair[] pairs = [Pair(5, 5), Pair(7, 7)];
        Assert.Equal(0.5, LengthBaseline.LongerIsBetter(pairs));
        Assert.Equal(0.5, LengthBaseline.Fit(pairs).Reliability(pairs).Accuracy);
    }

    private static int Length(int i, ulong seed) => 1 + (int)CountedRandom.Below(100, seed, (ulong)i);

    private static RewardPair Pair(int chosen, int rejected) => new([1], [2], chosen, rejected);
}
