using System.Text.Json.Nodes;

namespace Grimoire.Training.Runs;

/// <summary>A run in one line, for lists and comparisons.</summary>
/// <param name="Folder">Its folder.</param>
/// <param name="Info">What <c>run.json</c> says.</param>
/// <param name="Steps">Steps done.</param>
/// <param name="Loss">Last training loss, nats a token.</param>
/// <param name="BestValidationLoss">Lowest validation loss, nats a token.</param>
/// <param name="Seconds">Seconds of training.</param>
public sealed record RunSummary(string Folder, RunInfo Info, long Steps, double? Loss, double? BestValidationLoss, double Seconds)
{
    // What tells most about a run, if it was measured; the first is taken.
    private static readonly string[] Telling =
        [Metric.WinRate, Metric.F1, Metric.Accuracy, Metric.RewardAccuracy, Metric.Reward, Metric.ValidationLoss];

    /// <summary>What tells most about how it went, and its value in the finished model, or when it was last measured; null where nothing was.</summary>
    public (string Name, double Value)? Outcome { get; private init; }

    /// <summary>Where a metric stands among those that tell most: the lower, the more.</summary>
    internal static int Rank(string metric) => Array.IndexOf(Telling, metric) is >= 0 and var place ? place : Telling.Length;

    /// <summary>Reads a run folder.</summary>
    /// <exception cref="GrimoireException">The folder holds no run or a file is damaged.</exception>
    public static RunSummary Read(string folder)
    {
        RunInfo info = Run.ReadInfo(folder);
        IReadOnlyList<MetricRow> rows = Run.Metrics(folder);
        double Last(string name) => rows.LastOrDefault(row => row[name] is not null)?[name] ?? double.NaN;
        double[] validation = [.. rows.Select(row => row[Metric.ValidationLoss] ?? double.NaN).Where(double.IsFinite)];
        return new RunSummary(
            folder, info, rows.Count > 0 ? rows[^1].Step : 0,
            rows.Any(row => row[Metric.Loss] is not null) ? Last(Metric.Loss) : null,
            validation.Length > 0 ? validation.Min() : null,
            Last(Metric.Seconds) is var seconds && double.IsFinite(seconds) ? seconds : Elapsed(info, rows))
        {
            Outcome = Telling.Select(name => (name, Value: info.Results.TryGetValue(name, out double value) ? value : Last(name)))
                .Concat(rows.Count == 0 ? info.Results.Select(result => (name: result.Key, result.Value)) : [])
                .Where(measured => double.IsFinite(measured.Value)).Select(measured => ((string, double)?)measured).FirstOrDefault(),
        };
    }

    /// <summary>Seconds from beginning to end of a run without steps, such as an evaluation.</summary>
    private static double Elapsed(RunInfo info, IReadOnlyList<MetricRow> rows) =>
        rows.Count == 0 && info.Resumed.Count == 0 && info.Ended is { } ended ? Math.Max(0, (ended - info.Started).TotalSeconds) : 0;

    /// <summary>All runs at or below a folder, newest first. Folders that cannot be read as a run are named to <paramref name="refused"/>.</summary>
    public static IReadOnlyList<RunSummary> List(string folder, Action<GrimoireException>? refused = null)
    {
        var runs = new List<RunSummary>();
        if (!Directory.Exists(folder))
            return runs;
        var everywhere = new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 3, IgnoreInaccessible = true };
        foreach (string file in Directory.EnumerateFiles(folder, RunInfo.FileName, everywhere))
        {
            try
            {
                runs.Add(Read(Path.GetDirectoryName(file)!));
            }
            catch (GrimoireException e)
            {
                refused?.Invoke(e);
            }
        }

        return [.. runs.OrderByDescending(run => run.Info.Started)];
    }

    /// <summary>The recipe keys in which runs differ, with each run's value in the order given ("–" where it has none).</summary>
    public static IReadOnlyList<(string Key, IReadOnlyList<string> Values)> Differences(IReadOnlyList<RunSummary> runs)
    {
        var keys = runs.SelectMany(run => run.Info.Recipe.Select(p => p.Key)).Distinct(StringComparer.Ordinal);
        return [.. keys
            .Select(key => (key, (IReadOnlyList<string>)[.. runs.Select(run => Value(run.Info.Recipe, key))]))
            .Where(row => row.Item2.Distinct(StringComparer.Ordinal).Skip(1).Any())];
    }

    private static string Value(JsonObject recipe, string key) =>
        recipe.TryGetPropertyValue(key, out JsonNode? node) ? node?.ToJsonString() ?? "none" : "–";
}
