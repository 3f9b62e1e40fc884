using Grimoire.Tensors;

namespace Grimoire.Evaluation.Tests;

public sealed class CalibrationTests
{
    [Fact]
    public void Numbers_of_five_judgements_are_those_computed_by_hand()
    {
        var five = Calibration.Of([(0.95, true), (0.95, true), (0.91, false), (0.55, false), (0.0, false)]);
        Assert.Equal((5, 0.4), (five.Count, five.Accuracy));
        Assert.Equal((0.0025 + 0.0025 + (0.91 * 0.91) + (0.55 * 0.55)) / 5, five.Brier, 14);
        Assert.Equal([1, 1, 3], five.Bins.Select(bin => bin.Count));
        double high = ((0.95 + 0.95 + 0.91) / 3) - (2.0 / 3);
        Assert.Equal(((3 * high) + 0.55) / 5, five.Error, 14);
        Assert.Equal(0.55, five.LargestError, 14);
    }

    [Fact]
    public void Honest_confidence_is_calibrated_and_boasting_is_not()
    {
        (double, bool)[] honest = [.. Enumerable.Range(0, 20000).Select(i =>
            ((double)CountedRandom.Uniform(1, (ulong)i), CountedRandom.Uniform(2, (ulong)i) < CountedRandom.Uniform(1, (ulong)i)))];
        Calibration calm = Calibration.Of(honest), loud = Calibration.Of([.. honest.Select(one => (Math.Sqrt(one.Item1), one.Item2))]);
        Assert.True(calm.Error < 0.02 && loud.Error > 0.1 && loud.Brier > calm.Brier && loud.Confidence > loud.Accuracy + 0.1);
        Assert.Equal(1.0 / 6, calm.Brier, 0.01);
    }

    [Fact]
    public void Full_confidence_is_in_the_last_bin_and_more_is_refused()
    {
        Assert.Equal(1, Calibration.Of([(1, true)]).Bins[0].To, 15);
        Assert.Throws<ArgumentException>(() => Calibration.Of([(1.01, true)]));
        Assert.Throws<ArgumentException>(() => Calibration.Of([(double.NaN, true)]));
        Assert.Throws<ArgumentException>(() => Calibration.Of([]));
    }
}
