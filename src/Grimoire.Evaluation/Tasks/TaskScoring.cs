using System.Text;
using System.Text.Json.Nodes;
using Grimoire.Evaluation.Metrics;
using Grimoire.Training.Rewards;
using Grimoire.Training.Worlds;

namespace Grimoire.Evaluation.Tasks;

/// <summary>What an example comes to: a number by the name of each metric. Rows of <c>examples.jsonl</c> hold them as <c>scores</c>.</summary>
public static class TaskScoring
{
    private static readonly ExactMatch SquadMatch = new();
    private static readonly TokenF1 SquadF1 = new();

    /// <summary>
    /// Scores a choice. <c>acc</c>: the likeliest is right; <c>acc_norm</c>: likeliest for its characters; <c>acc_bytes</c>: for its UTF-8 bytes; <c>mc2</c>:
    /// the share of the probability that falls to the right ones (Lin et al. 2021, arXiv:2109.07958).
    /// </summary>
    public static IReadOnlyDictionary<string, double> OfChoices(TaskFile task, TaskExample example, IReadOnlyList<ContinuationScore> scores)
    {
        return task.Metrics.ToDictionary(metric => metric.Name, metric => metric.Of switch
        {
            "acc" => Right(scores.Select(score => score.LogProbability)),
            "acc_norm" => Right(scores.Zip(example.Choices, (score, choice) => score.LogProbability / choice.EnumerateRunes().Count())),
            "acc_bytes" => Right(scores.Zip(example.Choices, (score, choice) => score.LogProbability / Encoding.UTF8.GetByteCount(choice))),
            _ => TrueMass(),
        }, StringComparer.Ordinal);

        double Right(IEnumerable<double> values)
        {
            double[] all = [.. values];
            return example.Right.Contains(Array.IndexOf(all, all.Max())) ? 1 : 0;
        }

        double TrueMass()
        {
            double most = scores.Max(score => score.LogProbability);
            double[] shares = [.. scores.Select(score => Math.Exp(score.LogProbability - most))];
            return example.Right.Sum(choice => shares[choice]) / shares.Sum();
        }
    }

    /// <summary>Scores a continuation: whether it is greedy, and ln p.</summary>
    public static IReadOnlyDictionary<string, double> OfContinuation(TaskFile task, ContinuationScore score) =>
        task.Metrics.ToDictionary(metric => metric.Name, metric => metric.Of == "acc" ? score.IsGreedy ? 1 : 0 : score.LogProbability, StringComparer.Ordinal);

    /// <summary>Scores a free answer.</summary>
    public static IReadOnlyDictionary<string, double> OfAnswer(TaskFile task, TaskExample example, string answer) =>
        task.Metrics.ToDictionary(metric => metric.Name, metric =>
            Of(metric, example, metric.Filter.Aggregate(answer, (text, filter) => filter.Apply(text))), StringComparer.Ordinal);

    private static double Of(TaskMetric metric, TaskExample example, string answer) => metric.Of switch
    {
        "exact_match" => example.Answers.Any(right => Plain(metric, right) == Plain(metric, answer)) ? 1 : 0,
        "squad_match" => SquadMatch.Statistics(answer, example.Answers)[0],
        "f1" => SquadF1.Statistics(answer, example.Answers)[0],
        "number" => FinalNumber.Of(answer) is { } number && example.Answers.Any(right => FinalNumber.Of(right) == number) ? 1 : 0,
        "contains" => example.Answers.Any(right => Contains(answer, right)) ? 1 : 0,
        _ => Place(example).Exercise.Accepts(answer) ? 1 : 0,
    };

    /// <summary>What is left of an answer once what does not count is taken out: first what expressions find, then case, then punctuation.</summary>
    private static string Plain(TaskMetric metric, string text)
    {
        foreach (string expression in metric.Ignore)
            text = AnswerFilter.Compiled(expression).Replace(text, "");
        if (metric.IgnoreCase)
            text = text.ToLowerInvariant();
        return metric.IgnorePunctuation ? string.Concat(text.Where(c => !(char.IsAscii(c) && (char.IsPunctuation(c) || char.IsSymbol(c))))) : text;
    }

    /// <summary>Whether an answer holds another's words one after another, as SQuAD compares words.</summary>
    private static bool Contains(string answer, string right) =>
        $" {AnswerText.Normalize(answer, AnswerNormalization.Squad)} ".Contains($" {AnswerText.Normalize(right, AnswerNormalization.Squad)} ",
            StringComparison.Ordinal);

    private static ExercisePlace Place(TaskExample example) => example.Row["exercise"] is JsonValue value && value.TryGetValue(out string? place)
        ? ExercisePlace.Parse(place)
            : throw new GrimoireException($"task {example.Id}: the metric \"world\" needs a column \"exercise\", which the rows of a world have.");
}
