namespace Grimoire.Training.Runs;

/// <summary>What training has moved.</summary>
/// <param name="Name">The metric, as in <see cref="Metric"/>.</param>
/// <param name="Before">Its value before the first step; null where it was not measured then.</param>
/// <param name="After">Its value in the finished model.</param>
public sealed record MetricChange(string Name, double? Before, double After)
{
    // What is counted rather than measured.
    private static readonly string[] Counts = ["parameters", "trained", Metric.Tokens, Metric.Seconds, "best_step"];

    /// <summary>The changes of a run, from what it measured before its first step and what came out.</summary>
    /// <param name="metrics">The run's metrics.</param>
    /// <param name="results">The run's results.</param>
    public static IReadOnlyList<MetricChange> Of(IReadOnlyList<MetricRow> metrics, IReadOnlyDictionary<string, double> results)
    {
        MetricRow? start = metrics.FirstOrDefault(row => row.Step == 0);
        return [.. results.Where(result => !Counts.Contains(result.Key)).Select(result => new MetricChange(result.Key, start?[result.Key], result.Value))];
    }
}
