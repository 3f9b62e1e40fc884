using Grimoire.Training.Runs;

namespace Grimoire.Training;

/// <summary>What a policy earns at a distance from the one it began as.</summary>
/// <param name="Kl">The distance, nats an answer.</param>
/// <param name="Proxy">Mean of the reward that it was chosen by or trained on.</param>
/// <param name="Gold">Mean of the reward that is really meant.</param>
internal readonly record struct RewardPoint(double Kl, double Proxy, double Gold);

/// <summary>
/// Proxy and gold reward against KL: the picture of over-optimisation (Gao et al. 2022, arXiv:2210.10760). The proxy goes on rising while the gold reward
/// turns.
/// </summary>
internal static class RewardCurve
{
    private const int MostPoints = 32;

    /// <summary>
    /// The rounds of a run that measured a gold reward, neighbours averaged so that few points of little spread are left, in the order of training.
    /// </summary>
    public static IReadOnlyList<RewardPoint> OfRun(IReadOnlyList<MetricRow> metrics)
    {
        // A round of several rows is one point.
        RewardPoint[] rounds = [.. metrics
            .Where(row => row[Metric.Kl] is not null && row[Metric.Reward] is not null && row[Metric.GoldReward] is not null)
            .Select(row => new RewardPoint(row[Metric.Kl]!.Value, row[Metric.Reward]!.Value, row[Metric.GoldReward]!.Value))
            .Distinct()];
        int size = Math.Max(1, (int)Math.Ceiling((double)rounds.Length / MostPoints));
        return [.. rounds.Chunk(size).Select(some => new RewardPoint(some.Average(p => p.Kl), some.Average(p => p.Proxy), some.Average(p => p.Gold)))];
    }

    /// <summary>The picture: both rewards of both ways, in deviations from their mean at the start, against the root of the KL.</summary>
    public static Plot Plot(StartRewards start, IReadOnlyList<RewardPoint> ppo)
    {
        RewardPoint[] learned = [.. ppo.Select(start.Standard)], best = [.. start.Best.Select(start.Standard)];
        return new Plot("Proxy and meant reward, far from the start", "√KL from the start, in √nats an answer",
            "reward, in deviations from its mean at the start",
        [
            new PlotSeries("PPO, proxy", Points(learned, p => p.Proxy)), new PlotSeries("PPO, gold", Points(learned, p => p.Gold)),
            new PlotSeries("best of n, proxy", Points(best, p => p.Proxy)), new PlotSeries("best of n, gold", Points(best, p => p.Gold)),
        ])
        {
            Lead = "The proxy was learned from few preferences, some of them wrong. Whatever raises it raises the reward that is meant only for a while.",
        };
    }

    private static IReadOnlyList<(double, double)> Points(RewardPoint[] points, Func<RewardPoint, double> reward) =>
        [.. points.Select(p => (Math.Sqrt(Math.Max(0, p.Kl)), reward(p)))];
}
