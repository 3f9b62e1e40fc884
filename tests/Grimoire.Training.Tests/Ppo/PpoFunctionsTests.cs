namespace Grimoire.Training.Tests.Ppo;

public sealed class PpoFunctionsTests
{
    private static readonly double[] Points = [-3.1, -1.3, -0.7, -0.45, -0.31, -0.02];

    [Theory]
    [InlineData(1, 1.5, -1.2)] // r = 1.5 is cut to 1.2
    [InlineData(-1, 1.5, 1.5)] // the worse branch counts
    [InlineData(1, 0.5, -0.5)]
    [InlineData(-1, 0.5, 0.8)]
    [InlineData(2, 1.1, -2.2)]
    public void The_surrogate_is_the_worse_of_free_and_clipped(double advantage, double ratio, double loss)
    {
        var surrogate = new ClippedSurrogate(0.2, 0.2);
        ((double value, double slope), bool clipped) = surrogate.Of(Math.Log(ratio) - 1, -1, advantage);
        Assert.Equal(loss, value, 1e-12);
        Assert.Equal(Math.Abs(loss) != Math.Abs(ratio * advantage), clipped);
        Assert.Equal(clipped ? 0 : -ratio * advantage, slope, 1e-12);
    }

    [Fact]
    public void The_upper_bound_may_be_higher()
    {
        var higher = new ClippedSurrogate(0.2, 0.6);
        Assert.Equal(-1.5, higher.Of(Math.Log(1.5), 0, 1).Loss.Value, 1e-12);
        Assert.Equal(-1.6, higher.Of(Math.Log(1.9), 0, 1).Loss.Value, 1e-12);
        Assert.Equal(0.8, higher.Of(Math.Log(0.4), 0, -1).Loss.Value, 1e-12);
    }

    [Fact]
    public void Derivatives_are_central_differences()
    {
        var surrogate = new ClippedSurrogate(0.2, 0.3);
        var value = new ClippedValueLoss(0.2);
        foreach (double x in Points)
        {
            foreach (double old in Points)
            {
                foreach (double third in (double[])[-1.7, -0.4, 0.9])
                {
                    AssertSlope(p => surrogate.Of(p, old, third).Loss, x);
                    AssertSlope(v => value.Of(v, old, third), x);
                }

                foreach (KlEstimator estimator in Enum.GetValues<KlEstimator>())
                    AssertSlope(p => KlEstimate.Of(estimator, p, old), x);
                AssertSlope(p => EntropyBonus.Of(p, old), x);
            }
        }
    }

    [Theory]
    [InlineData(0.5, 0, 1, 0.5 * 0.25)] // the clipped error, (0.2 − 1)², is the larger
    [InlineData(0.1, 0, 1, 0.5 * 0.81)]
    [InlineData(2, 0, 1, 0.5 * 1)]
    public void The_value_loss_is_the_larger_error(double value, double old, double target, double free)
    {
        double clipped = 0.5 * Math.Pow(Math.Clamp(value, old - 0.2, old + 0.2) - target, 2);
        Assert.Equal(Math.Max(free, clipped), new ClippedValueLoss(0.2).Of(value, old, target).Value, 1e-12);
        Assert.Equal(free, new ClippedValueLoss(double.PositiveInfinity).Of(value, old, target).Value, 1e-12);
    }

    [Fact]
    public void Advantages_by_hand()
    {
        // δ = (0 + 0.9·2 − 1, 0 + 0.9·3 − 2, 1 − 3) = (0.8, 0.7, −2); A₂ = −2, A₁ = 0.7 + 0.45·(−2), A₀ = 0.8 + 0.45·A₁.
        var advantages = new double[3];
        Advantages.Estimate([0, 0, 1], [1, 2, 3], 0.9, 0.5, advantages);
        Assert.Equal([0.71, -0.2, -2], advantages, (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public void Full_decay_is_the_return_less_the_value_and_none_is_one_step()
    {
        double[] rewards = [0.5, -1, 2, 0.25], values = [0.1, 0.4, -0.3, 0.9];
        var advantages = new double[4];
        Advantages.Estimate(rewards, values, 1, 1, advantages);
        for (int t = 0; t < 4; t++)
            Assert.Equal(rewards[t..].Sum() - values[t], advantages[t], 1e-12);
        Advantages.Estimate(rewards, values, 0.9, 0, advantages);
        for (int t = 0; t < 4; t++)
            Assert.Equal(rewards[t] + (t < 3 ? 0.9 * values[t + 1] : 0) - values[t], advantages[t], 1e-12);
    }

    [Fact]
    public void Whitening_gives_mean_zero_and_variance_one_and_leaves_zeros()
    {
        double[] values = [1, 2, 3, 6], shaped = [.. values], zeros = [0, 0, 0];
        Advantages.Whiten(values);
        Assert.Equal(0, values.Sum(), 1e-12);
        Assert.Equal(4, values.Sum(v => v * v), 1e-6);
        Advantages.Whiten(shaped, keepMean: true);
        Assert.Equal(3 / Math.Sqrt(3.5), shaped.Average(), 1e-6);
        Assert.Equal(values[3] - values[0], shaped[3] - shaped[0], 1e-12);
        Advantages.Whiten(zeros);
        Assert.Equal([0, 0, 0], zeros);
    }

    [Fact]
    public void Estimates_of_kl_have_its_mean_but_for_the_second()
    {
        double[] p = [0.5, 0.3, 0.2], q = [0.2, 0.5, 0.3];
        double exact = p.Zip(q, (a, b) => a * Math.Log(a / b)).Sum();
        double Mean(KlEstimator estimator) => p.Zip(q, (a, b) => a * KlEstimate.Of(estimator, Math.Log(a), Math.Log(b)).Value).Sum();
        Assert.Equal(exact, Mean(KlEstimator.K1), 1e-12);
        Assert.Equal(exact, Mean(KlEstimator.K3), 1e-12);
        Assert.Equal(0.5 * p.Zip(q, (a, b) => a * Math.Pow(Math.Log(a / b), 2)).Sum(), Mean(KlEstimator.K2), 1e-12);
        Assert.All(p.Zip(q), x => Assert.True(KlEstimate.Of(KlEstimator.K3, x.First, x.Second).Value >= 0));
    }

    [Fact]
    public void The_entropy_bonus_has_the_gradient_of_the_entropy()
    {
        double[] logits = [0.3, -1.1, 0.8, 0.05];
        double[] Softmax(double[] z) => [.. z.Select(x => Math.Exp(x) / z.Sum(Math.Exp))];
        double Entropy(double[] z) => -Softmax(z).Sum(p => p * Math.Log(p));
        double[] p = Softmax(logits);
        for (int j = 0; j < logits.Length; j++)
        {
            // ∂ ln π(a) / ∂ z_j = [a = j] − p_j.
            double mean = p.Select((pa, a) => pa * EntropyBonus.Of(Math.Log(pa), Math.Log(pa)).Slope * ((a == j ? 1 : 0) - p[j])).Sum();
            AssertSlope(z => -Entropy([.. logits.Select((x, i) => i == j ? z : x)]), logits[j], mean);
        }
    }

    [Fact]
    public void The_controller_moves_towards_its_target_by_a_bounded_step()
    {
        var adaptive = new KlController(Target: 6, Horizon: 100);
        Assert.Equal(0.1 * (1 + (0.2 * 0.1)), adaptive.Next(0.1, 60, 10), 1e-12);
        Assert.Equal(0.1 * (1 - (0.2 * 0.1)), adaptive.Next(0.1, 0, 10), 1e-12);
        Assert.Equal(0.1 * (1 + (0.1 * 0.1)), adaptive.Next(0.1, 6.6, 10), 1e-12);
        Assert.Equal(0.1, adaptive.Next(0.1, 6, 10), 1e-12);
        Assert.Equal(0.1, new KlController(null, 100).Next(0.1, 60, 10));
    }

    [Fact]
    public void The_score_is_paid_at_the_last_token_and_kl_at_each()
    {
        var rewards = new TokenRewards(0.5, KlEstimator.K1, MissingEnd: 1);
        Assert.Equal([-0.5, -0.25, 2], rewards.Of(2, ended: true, [-1, -2, -3], [-2, -2.5f, -3]));
        Assert.Equal(1, rewards.Of(2, ended: false, [-3], [-3])[0]);
    }

    private static void AssertSlope(Func<double, LossValue> f, double x) => AssertSlope(at => f(at).Value, x, f(x).Slope);

    private static void AssertSlope(Func<double, double> f, double x, double derivative)
    {
        const double H = 1e-5;
        Assert.Equal((f(x + H) - f(x - H)) / (2 * H), derivative, 1e-6);
    }
}
