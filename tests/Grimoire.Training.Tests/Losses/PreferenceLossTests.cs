namespace Grimoire.Training.Tests.Losses;

public sealed class PreferenceLossTests
{
    private static readonly AnswerScore Better = new(-7.3, -8.1, 5), Worse = new(-11.2, -10.9, 9);

    private static readonly Dictionary<string, Func<AnswerScore, AnswerScore, PairLoss>> Losses = new(StringComparer.Ordinal)
    {
        ["sigmoid"] = (c, r) => PreferenceLosses.OfRatios(c, r, perToken: false, h => MarginLosses.Sigmoid(0.4 * h).Through(0.4)),
        ["sigmoid per token"] = (c, r) => PreferenceLosses.OfRatios(c, r, perToken: true, h => MarginLosses.Sigmoid(4 * h).Through(4)),
        ["ipo"] = (c, r) => PreferenceLosses.OfRatios(c, r, perToken: false, h => MarginLosses.Ipo(h, 0.2)),
        ["simpo"] = (c, r) => PreferenceLosses.SimPo(c, r, 2.5, 0.5),
        ["orpo"] = (c, r) => PreferenceLosses.Orpo(c, r, 0.3),
    };

    public static TheoryData<string> Names => [.. Losses.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void DerivativesAreCentralDifferences(string name)
    {
        Func<AnswerScore, AnswerScore, PairLoss> loss = Losses[name];
        const double h = 1e-5;
        PairLoss here = loss(Better, Worse);
        double chosen = (loss(Moved(Better, h), Worse).Value - loss(Moved(Better, -h), Worse).Value) / (2 * h);
        double rejected = (loss(Better, Moved(Worse, h)).Value - loss(Better, Moved(Worse, -h)).Value) / (2 * h);
        Assert.True(Math.Abs(chosen - here.Chosen) < 1e-8, $"{name}: {here.Chosen} is not {chosen}");
        Assert.True(Math.Abs(rejected - here.Rejected) < 1e-8, $"{name}: {here.Rejected} is not {rejected}");
        Assert.True(here.Chosen < 0 && here.Rejected > 0, $"{name} does not want the chosen answer more and the rejected one less");
    }

    [Fact]
    public void AnAnswerTwiceAsLongCountsAsMuchPerToken()
    {
        static PairLoss Loss(AnswerScore chosen) => PreferenceLosses.OfRatios(chosen, Worse, perToken: true, h => MarginLosses.Sigmoid(h));
        Assert.Equal(Loss(Better).Value, Loss(new(2 * Better.Policy, 2 * Better.Reference, 2 * Better.Tokens)).Value, 14);
    }

    /// <summary>Worked by hand: p = e⁻¹ and e⁻², odds 0.58198 and 0.15652, ratio 3.71828 = 1 + e.</summary>
    [Fact]
    public void OrpoIsThePublishedFormula()
    {
        PairLoss loss = PreferenceLosses.Orpo(new(-3, 0, 3), new(-8, 0, 4), 0.25);
        Assert.Equal(1 + (0.25 * Math.Log(1 + (1 / (1 + Math.E)))), loss.Value, 13);
    }

    [Fact]
    public void OddsOfACertainAnswerStayFinite()
    {
        PairLoss loss = PreferenceLosses.Orpo(new(0, 0, 3), new(0, 0, 4), 0.25);
        Assert.Equal(0.25 * Math.Log(2), loss.Value, 13);
        Assert.Equal((-1.0 / 3, 0), (loss.Chosen, loss.Rejected));
    }

    [Fact]
    public void TheReferencePointIsAMeanAndNeverNegative()
    {
        Assert.Equal(0.5, Kto.ReferencePoint([1, -0.5, 1]));
        Assert.Equal(0, Kto.ReferencePoint([1, -2]));
        Assert.Equal(0, Kto.ReferencePoint([]));
    }

    private static AnswerScore Moved(AnswerScore answer, double by) => answer with { Policy = answer.Policy + by };
}
