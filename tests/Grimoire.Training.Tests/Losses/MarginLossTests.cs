namespace Grimoire.Training.Tests.Losses;

public sealed class MarginLossTests
{
    private static readonly double[] Margins = [-30, -2.5, -0.3, 0, 0.4, 3, 40];

    private static readonly Dictionary<string, Func<double, LossValue>> Losses = new(StringComparer.Ordinal)
    {
        ["sigmoid"] = z => MarginLosses.Sigmoid(z),
        ["conservative"] = z => MarginLosses.Sigmoid(z, 0.2),
        ["robust"] = z => MarginLosses.Robust(z, 0.2),
        ["hinge"] = MarginLosses.Hinge,
        ["ipo"] = z => MarginLosses.Ipo(z, 0.1),
        ["kto good"] = z => Kto.Loss(z, 0.7, good: true, 0.3, 1.5),
        ["kto bad"] = z => Kto.Loss(z, 0.7, good: false, 0.3, 1.5),
    };

    public static TheoryData<string> Names => [.. Losses.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void SlopesAreCentralDifferences(string name)
    {
        Func<double, LossValue> loss = Losses[name];
        foreach (double z in Margins)
        {
            const double h = 1e-5;
            double difference = (loss(z + h).Value - loss(z - h).Value) / (2 * h);
            Assert.True(Math.Abs(difference - loss(z).Slope) < 1e-6 * (1 + Math.Abs(difference)), $"{name} at {z}: {loss(z).Slope} is not {difference}");
        }
    }

    [Fact]
    public void ValuesAtZeroAreThePublishedOnes()
    {
        Assert.Equal(Math.Log(2), MarginLosses.Sigmoid(0).Value, 15);
        Assert.Equal(Math.Log(2), MarginLosses.Sigmoid(0, 0.3).Value, 15);
        Assert.Equal(Math.Log(2), MarginLosses.Robust(0, 0.3).Value, 14);
        Assert.Equal(1, MarginLosses.Hinge(0).Value);
        Assert.Equal(1 / (4 * 0.1 * 0.1), MarginLosses.Ipo(0, 0.1).Value, 12);
        Assert.Equal(0.5, Kto.Loss(0, 0, good: true, 0.1).Value);
        Assert.Equal(0.5, Kto.Loss(0, 0, good: false, 0.1).Value);
    }

    [Fact]
    public void NoMarginIsTooLarge()
    {
        foreach (double z in (double[])[-1e4, 1e4])
        {
            foreach (LossValue loss in (LossValue[])[MarginLosses.Sigmoid(z), MarginLosses.Sigmoid(z, 0.1), MarginLosses.Robust(z, 0.1), Kto.Loss(z, 0, good: true, 1)])
                Assert.True(double.IsFinite(loss.Value) && double.IsFinite(loss.Slope));
        }

        Assert.Equal(1e4, MarginLosses.Sigmoid(-1e4).Value);
    }

    [Fact]
    public void DoubtHasAnOptimumAndIpoWantsItsGap()
    {
        Assert.Equal(0, MarginLosses.Sigmoid(Math.Log(0.8 / 0.2), 0.2).Slope, 15);
        Assert.Equal(0, MarginLosses.Ipo(5, 0.1).Slope, 12);
    }

    [Fact]
    public void RobustLossIsTheRightOneOnAverageOverSwappedLabels()
    {
        const double share = 0.2, z = 0.7;
        double expected = ((1 - share) * MarginLosses.Robust(z, share).Value) + (share * MarginLosses.Robust(-z, share).Value);
        Assert.Equal(MarginLosses.Sigmoid(z).Value, expected, 14);
        Assert.Throws<ArgumentOutOfRangeException>(() => MarginLosses.Robust(0, 0.5));
    }
}
