using Grimoire.Tensors;

namespace Grimoire.Training.Tests.RewardModeling;

public sealed class PairReliabilityTests
{
    [Fact]
    public void One_who_knows_nothing_has_the_numbers_of_a_coin()
    {
        PairReliability coin = PairReliability.Of([0, 0, 0, 0]);
        Assert.Equal(0.5, coin.Accuracy);
        Assert.Equal(Math.Log(2), coin.Loss, 15);
        Assert.Equal(0.25, coin.Brier, 15);
        Assert.Equal(0, coin.CalibrationError, 15);
        Assert.Equal(0.25, coin.AccuracyError, 15);
        Assert.Equal((0.5, 4), (coin.Bins[0].From, coin.Bins[0].Count));
    }

    [Fact]
    public void Numbers_of_four_pairs_are_those_computed_by_hand()
    {
        PairReliability four = PairReliability.Of([Math.Log(3), Math.Log(3), -Math.Log(3), Math.Log(19)]);
        Assert.Equal(0.75, four.Accuracy);
        Assert.Equal((Math.Log(4.0 / 3) + Math.Log(4.0 / 3) + Math.Log(4) + Math.Log(20.0 / 19)) / 4, four.Loss, 14);
        Assert.Equal((0.0625 + 0.0625 + 0.5625 + 0.0025) / 4, four.Brier, 14);
        Assert.Equal(((3 * Math.Abs(0.75 - (2.0 / 3))) + Math.Abs(0.95 - 1)) / 4, four.CalibrationError, 14);
        Assert.Equal((Math.Log(3) + Math.Log(19)) / 4, four.Margin, 14);
        Assert.Equal([3, 1], four.Bins.Select(bin => bin.Count));
    }

    [Fact]
    public void One_who_is_as_sure_as_right_is_calibrated_and_one_twice_as_sure_is_not()
    {
        double[] honest = [.. Enumerable.Range(0, 40000).Select(i =>
        {
            double sure = 3 * CountedRandom.Normal(1, (ulong)i);
            return CountedRandom.Uniform(2, (ulong)i) < BradleyTerry.Preference(sure, 0) ? sure : -sure;
        })];
        PairReliability calibrated = PairReliability.Of(honest), boastful = PairReliability.Of([.. honest.Select(d => 3 * d)]);
        Assert.True(calibrated.CalibrationError < 0.01, $"{calibrated.CalibrationError}");
        Assert.True(boastful.CalibrationError > 0.05 && boastful.Brier > calibrated.Brier && boastful.Accuracy == calibrated.Accuracy);
    }

    [Fact]
    public void The_surest_pair_is_in_the_last_bin() => Assert.Equal(1, PairReliability.Of([1e6]).Bins[0].To);

    [Fact]
    public void No_pairs_are_refused() => Assert.Throws<ArgumentException>(() => PairReliability.Of([]));
}
