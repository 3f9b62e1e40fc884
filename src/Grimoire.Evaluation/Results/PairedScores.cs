using System.Text.Json.Nodes;

namespace Grimoire.Evaluation;

/// <summary>The scores that two evaluations gave to the same examples, paired by id.</summary>
internal sealed class PairedScores
{
    private const double Same = 1e-6;
    private const int FewestTrials = 1000, MostTrials = PairedTests.Trials, Work = 10_000_000;

    private readonly List<Pair> pairs;

    private PairedScores(List<Pair> pairs) => this.pairs = pairs;

    private sealed record Pair(string Task, string Name, double A, double B);

    /// <summary>Reads the examples of two evaluation folders; none where one of them kept none.</summary>
    /// <exception cref="GrimoireException">They measured different examples, or a row is damaged.</exception>
    public static PairedScores Read(string a, string b)
    {
        Dictionary<string, JsonObject> first = ById(a), second = ById(b);
        if (first.Count == 0 || second.Count == 0)
            return new PairedScores([]);
        Require(a, b, first, second);
        Require(b, a, second, first);
        var paired = new List<Pair>();
        foreach ((string id, JsonObject row) in first)
        {
            string task = row["task"] is JsonValue named && named.TryGetValue(out string? text) ? text : "";
            IReadOnlyDictionary<string, double> others = Scores(second[id]);
            paired.AddRange(Scores(row).Where(score => others.ContainsKey(score.Key))
                .Select(score => new Pair(task, score.Key, score.Value, others[score.Key])));
        }

        return new PairedScores(paired);
    }

    /// <summary>Compares a figure by the scores of its name and task: their mean, or the mean of its tasks' means, whichever it is.</summary>
    public FigureDifference Compare(Figure a, Figure b)
    {
        var difference = new FigureDifference(a, b);
        Pair[] scores = [.. pairs.Where(pair => pair.Name == a.Name && IsOf(pair.Task, a.Of))];
        if (scores.Length == 0)
            return difference;
        difference = difference with { Raised = scores.Count(pair => pair.B > pair.A), Lowered = scores.Count(pair => pair.B < pair.A) };
        Dictionary<string, int> counts = scores.CountBy(pair => pair.Task, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        Func<Pair, double>[] weights = [_ => 1, pair => 1.0 / counts[pair.Task]];
        foreach ((Func<Pair, double> weight, double scale) in weights.SelectMany(weight => new[] { (weight, 1.0), (weight, 100.0) }))
        {
            SufficientStatistics first = Mean(scores, pair => pair.A, weight, scale), second = Mean(scores, pair => pair.B, weight, scale);
            if (!Near(first.Value, a.Value) || !Near(second.Value, b.Value))
                continue;
            int trials = Math.Clamp(Work / scores.Length, FewestTrials, MostTrials);
            PairedComparison? exact = weight == weights[0] && scale == 1
                ? SignTest.Compare([.. scores.Select(pair => pair.A)], [.. scores.Select(pair => pair.B)]) : null;
            return difference with { Paired = exact ?? PairedTests.ApproximateRandomization(first, second, trials) };
        }

        return difference;
    }

    private static SufficientStatistics Mean(Pair[] scores, Func<Pair, double> score, Func<Pair, double> weight, double scale) =>
        new([.. scores.Select(pair => new[] { scale * weight(pair) * score(pair), weight(pair) })], sums => sums[0] / sums[1]);

    private static bool Near(double a, double b) => Math.Abs(a - b) <= Same * Math.Max(1, Math.Abs(b));

    private static bool IsOf(string task, string of) => of.Length == 0 || task == of || task.StartsWith(of + "/", StringComparison.Ordinal);

    private static Dictionary<string, JsonObject> ById(string folder)
    {
        var rows = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        int line = 0;
        foreach (JsonObject row in EvaluationFolder.Examples(folder))
        {
            line++;
            if (row["id"] is not JsonValue named || !named.TryGetValue(out string? id) || !rows.TryAdd(id, row))
            {
                throw new GrimoireException(
                    $"{Path.Combine(folder, EvaluationFolder.ExamplesFile)}, line {line}: an id of its own is missing; measure again into another folder.");
            }
        }

        return rows;
    }

    private static Dictionary<string, double> Scores(JsonObject row)
    {
        var scores = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach ((string name, JsonNode? value) in row["scores"] as JsonObject ?? [])
        {
            if (value is JsonValue number && number.TryGetValue(out double score) && double.IsFinite(score))
                scores[name] = score;
        }

        return scores;
    }

    private static void Require(string a, string b, Dictionary<string, JsonObject> has, Dictionary<string, JsonObject> lacks)
    {
        string[] missing = [.. has.Keys.Where(id => !lacks.ContainsKey(id))];
        if (missing.Length > 0)
        {
            throw new GrimoireException(
                $"{a} and {b} measured different examples: {missing.Length} of {a} are not in {b}, {missing[0]} first; measure both on the same.");
        }
    }
}
