
namespace Grimoire.Training.Tests.Grpo;

public sealed class GrpoLossTests
{
    [Theory]
    [InlineData(AdvantageScale.Group)]
    [InlineData(AdvantageScale.None)]
    public void Equal_rewards_are_no_advantage_at_all(AdvantageScale scale)
    {
        Assert.Equal([0, 0, 0], GroupAdvantages.Of([0.1 + 0.2, 0.1 + 0.2, 0.1 + 0.2], scale));
        Assert.Equal([0], GroupAdvantages.Of([5], scale));
    }

    [Fact]
    public void Advantages_are_what_a_reward_is_above_its_groups_mean()
    {
        Assert.Equal([0.75, -0.25, -0.25, -0.25], GroupAdvantages.Of([1, 0, 0, 0], AdvantageScale.None));
        double[] scaled = GroupAdvantages.Of([1, 0, 0, 0], AdvantageScale.Group);
        Assert.Equal(0.75 / (0.5 + 1e-4), scaled[0], 12);
        Assert.Equal(0, scaled.Sum(), 12);

        // Where rewards are scaled, so are their advantages, or not at all.
        double[] tenfold = GroupAdvantages.Of([10, 0, 0, 0], AdvantageScale.Group);
        Assert.All(scaled.Zip(tenfold), pair => Assert.Equal(pair.First, pair.Second, 3));
        Assert.True(Math.Abs(GroupAdvantages.Of([1e-9, 0], AdvantageScale.Group)[0]) < 1e-4, "what is almost equal is not blown up");
    }

    public static TheoryData<double, double, double> Points => new()
    {
        { 0, 0, 1 }, { 0.1, 0, 1 }, { 0.4, 0, 1 }, { -0.4, 0, 1 }, { 0.1, 0.3, -1.5 }, { 0.4, 0.3, -1.5 }, { -0.4, 0.3, -1.5 }, { -0.1, -0.7, 0.6 }, { 0.2, 0.5, 0 },
    };

    [Theory]
    [MemberData(nameof(Points))]
    public void Slopes_are_central_differences(double moved, double fromReference, double advantage)
    {
        const double Step = 1e-3;
        var loss = new GrpoLoss(new ClippedSurrogate(0.2, 0.28), 0.07);
        float[] old = [-1.2f, -0.3f], reference = [(float)(-1.2 - fromReference), (float)(-0.3 - fromReference)], slopes = new float[2];
        double At(double by, Span<float> into) => loss.Of([(float)(-1.2 + moved + by), (float)(-0.3 + moved)], old, reference, advantage, into).Loss;
        At(0, slopes);
        double difference = (At(Step, new float[2]) - At(-Step, new float[2])) / (2 * Step);
        Assert.Equal(difference, slopes[0], 2e-3);
    }

    [Fact]
    public void Before_anything_has_changed_the_ratio_is_one_and_the_slope_the_advantage()
    {
        float[] logs = [-0.5f, -2f, -0.1f], slopes = new float[3];
        (double loss, int clipped) = new GrpoLoss(new ClippedSurrogate(0.2, 0.28), 0.1).Of(logs, logs, logs, 1.25, slopes);
        Assert.Equal(-3 * 1.25, loss, 6);
        Assert.Equal(0, clipped);
        Assert.All(slopes, slope => Assert.Equal(-1.25f, slope));
    }

    [Fact]
    public void The_upper_bound_is_the_higher_one()
    {
        var loss = new GrpoLoss(new ClippedSurrogate(0.2, 0.28), 0);
        float At(double ratio, double advantage)
        {
            float[] slopes = new float[1];
            loss.Of([(float)Math.Log(ratio)], [0], [], advantage, slopes);
            return slopes[0];
        }

        Assert.NotEqual(0, At(1.25, 1));
        Assert.Equal(0, At(1.3, 1));
        Assert.NotEqual(0, At(0.85, -1));
        Assert.Equal(0, At(0.75, -1));
        Assert.NotEqual(0, At(0.75, 1));
        Assert.NotEqual(0, At(1.5, -1));
    }
}
