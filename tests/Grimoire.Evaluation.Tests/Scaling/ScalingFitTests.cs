using Grimoire.Evaluation.Scaling;
using Grimoire.Tensors;

namespace Grimoire.Evaluation.Tests.Scaling;

public sealed class ScalingFitTests
{
    private static readonly ScalingLaw Truth = ScalingLaw.Of(1.8, 400, 2000, 0.34, 0.37);

    [Theory]
    [InlineData(1e-3)]
    [InlineData(0.5)]
    public void The_gradient_is_that_of_central_differences(double delta)
    {
        var objective = new ScalingObjective(Points(noise: 0.05), delta);
        for (int i = 0; i < objective.Weights.Length; i++)
            objective.Weights[i] = i % 4;
        double[] gradient = new double[5], unused = new double[5];
        foreach (double[] at in new[] { objective.Centred(6, 7.5, 0.6, 0.34, 0.37), objective.Centred(15, 0, -1, 1.5, 0), objective.Centred(0, 25, 1, 0.1, 2) })
        {
            objective.Evaluate(at, gradient);
            for (int i = 0; i < 5; i++)
            {
                const double Step = 1e-6;
                double[] above = [.. at], below = [.. at];
                (above[i], below[i]) = (at[i] + Step, at[i] - Step);
                double difference = (objective.Evaluate(above, unused) - objective.Evaluate(below, unused)) / (2 * Step);
                Assert.Equal(difference, gradient[i], 1e-3 * Math.Max(1, Math.Abs(difference)));
            }
        }
    }

    [Fact]
    public void The_value_is_the_Huber_loss_of_the_logarithms()
    {
        ScalingPoint[] points = Points(noise: 0.01);
        var objective = new ScalingObjective(points, 1e-3);
        double expected = 0;
        foreach (ScalingPoint point in points)
        {
            double residual = Math.Abs(Math.Log(Truth.Loss(point.Parameters, point.Tokens)) - Math.Log(point.Loss));
            expected += residual <= 1e-3 ? 0.5 * residual * residual : 1e-3 * (residual - 5e-4);
        }

        double[] at = objective.Centred(Math.Log(Truth.A), Math.Log(Truth.B), Math.Log(Truth.E), Truth.Alpha, Truth.Beta);
        Assert.Equal(expected, objective.Evaluate(at, new double[5]) * 1e-3, 1e-12);
        Assert.Equal(Truth.A, objective.Law(at).A, 1e-9 * Truth.A);
    }

    [Fact]
    public void Points_on_a_law_give_that_law()
    {
        ScalingFit fit = ScalingFit.Of(Points(noise: 0), new FitSettings { Resamples = 2 });
        AssertLaw(Truth, fit.Law, 1e-3);
        Assert.True(fit.MeanError < 1e-6, $"{fit.MeanError}");
        Assert.Equal(Truth.Loss(1e9, 1e11), fit.Predict(1e9, 1e11).Loss, 1e-4);
    }

    [Fact]
    public void Noise_moves_a_law_less_than_its_intervals_say()
    {
        ScalingFit fit = ScalingFit.Of(Points(noise: 0.004), new FitSettings { Resamples = 200 });
        foreach (Func<ScalingLaw, double> number in new Func<ScalingLaw, double>[] { law => law.E, law => law.Alpha, law => law.Beta, law => law.SizeExponent })
        {
            Interval interval = fit.IntervalOf(number);
            Assert.True(interval.Contains(number(Truth)), $"{number(Truth)} {interval}");
            Assert.True(interval.Contains(number(fit.Law)), $"{number(fit.Law)} {interval}");
            Assert.InRange(interval.Upper - interval.Lower, 2 * fit.StandardErrorOf(number), 6 * fit.StandardErrorOf(number));
        }

        (double loss, Interval where) = fit.Predict(3e9, 3e11);
        Assert.Equal(Truth.Loss(3e9, 3e11), loss, 0.05);
        Assert.True(where.Contains(Truth.Loss(3e9, 3e11)), $"{where}");
        // A run of its own has a residual of its own: the interval cannot be narrower than the points' scatter.
        Assert.True(where.Upper - where.Lower > 2 * 0.004 * loss, $"{where}");
    }

    [Fact]
    public void The_same_seed_gives_the_same_intervals()
    {
        ScalingPoint[] some = [.. Points(noise: 0.004).Where((_, i) => i % 5 == 0)];
        ScalingFit Fit() => ScalingFit.Of(some, new FitSettings { Resamples = 5 });
        Assert.Equal(Fit().Resampled, Fit().Resampled);
    }

    [Fact]
    public void A_few_bad_runs_do_not_decide()
    {
        ScalingPoint[] points = Points(noise: 0);
        points[3] = points[3] with { Loss = 2 * points[3].Loss };
        points[17] = points[17] with { Loss = 1.5 * points[17].Loss };
        AssertLaw(Truth, ScalingFit.Of(points, new FitSettings { Resamples = 1 }).Law, 0.05);
    }

    [Fact]
    public void The_optimum_of_a_law_is_the_least_loss_of_its_budget()
    {
        (double size, double tokens) = Truth.Optimum(1e20);
        Assert.Equal(1e20, 6 * size * tokens, 1e8);
        double least = Truth.Loss(size, tokens);
        Assert.All(new[] { 0.5, 0.9, 1.1, 2.0 }, factor => Assert.True(Truth.Loss(factor * size, tokens / factor) > least));
        Assert.Equal(1, Truth.SizeExponent + Truth.TokensExponent, 1e-12);
        (double larger, _) = Truth.Optimum(1e22);
        Assert.Equal(Truth.SizeExponent, Math.Log(larger / size) / Math.Log(100), 1e-9);
    }

    [Fact]
    public void A_law_too_steep_for_its_A_still_has_losses_and_is_written_down()
    {
        var steep = new ScalingLaw(2, 900, 5, 80, 0.3);
        Assert.Equal(double.PositiveInfinity, steep.A);
        Assert.Equal(2 + Math.Exp(900 - (80 * Math.Log(1e5))) + Math.Exp(5 - (0.3 * Math.Log(1e6))), steep.Loss(1e5, 1e6), 1e-12);
        using var scratch = new Scratch();
        var prediction = new ScalingPrediction(DateTime.UnixEpoch, 6, steep, [new PredictedLoss("2x64-1e9", 3, new Interval(2.5, double.PositiveInfinity))]);
        prediction.Write(scratch.Folder);
        ScalingPrediction read = ScalingPrediction.Read(scratch.Folder)!;
        Assert.Equal(prediction with { Runs = [] }, read with { Runs = [] });
        Assert.Equal(prediction.Runs, read.Runs);
        scratch.Write(ScalingPrediction.FileName, "{\"Law\": 3");
        string message = Assert.Throws<GrimoireException>(() => ScalingPrediction.Read(scratch.Folder)).Message;
        Assert.Contains(ScalingPrediction.FileName, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_few_points_or_sizes_are_refused()
    {
        void Refused(ScalingPoint[] points, string told) =>
            Assert.Contains(told, Assert.Throws<GrimoireException>(() => ScalingFit.Of(points, new FitSettings())).Message, StringComparison.Ordinal);
        Refused(Points(0)[..5], "at least six");
        ScalingPoint[] same = [.. Enumerable.Range(1, 10).Select(i => ScalingPoint.Of(1e6, i * 1e6, 3 + (1.0 / i)))];
        Refused(same, "fewer than three sizes");
    }

    private static void AssertLaw(ScalingLaw expected, ScalingLaw law, double tolerance)
    {
        Assert.Equal(expected.E, law.E, tolerance);
        Assert.Equal(expected.Alpha, law.Alpha, tolerance);
        Assert.Equal(expected.Beta, law.Beta, tolerance);
        Assert.Equal(Math.Log(expected.A), Math.Log(law.A), 30 * tolerance);
        Assert.Equal(Math.Log(expected.B), Math.Log(law.B), 30 * tolerance);
    }

    /// <summary>A grid of sizes and tokens on the law, with some noise on the logarithm of the loss.</summary>
    private static ScalingPoint[] Points(double noise) =>
    [
        .. Enumerable.Range(0, 48).Select(i =>
        {
            double size = 5e7 * Math.Pow(2, i % 8), tokens = 5e8 * Math.Pow(3, i / 8);
            return ScalingPoint.Of(size, tokens, Truth.Loss(size, tokens) * Math.Exp(noise * CountedRandom.Normal(7, (ulong)i)));
        }),
    ];
}
