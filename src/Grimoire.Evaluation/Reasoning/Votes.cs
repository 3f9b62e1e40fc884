using Grimoire.Evaluation.Metrics;
using Grimoire.Evaluation.Tasks;

namespace Grimoire.Evaluation.Reasoning;

/// <summary>Which of several answers most come to.</summary>
internal static class Votes
{
    private static readonly AnswerFilter Number = AnswerFilter.Named("final_number");

    /// <summary>
    /// What an answer comes to, as the task's first metric sees it: what its filters leave, as a number where numbers are compared, else in the words that
    /// count.
    /// </summary>
    public static string Of(TaskFile task, string answer)
    {
        if (task.Metrics.Count == 0)
            return answer.Trim();
        TaskMetric metric = task.Metrics[0];
        answer = metric.Filter.Aggregate(answer, (text, filter) => filter.Apply(text)).Trim();
        return answer == AnswerFilter.Invalid ? "" : metric.Of switch
        {
            "number" => Number.Apply(answer),
            "world" => task.Data.World == "sums" ? Number.Apply(answer) : answer,
            "squad_match" or "f1" or "contains" => AnswerText.Normalize(answer, AnswerNormalization.Squad),
            _ => metric.IgnoreCase ? answer.ToLowerInvariant() : answer,
        };
    }

    /// <summary>The first of those that agree with most others. What came to nothing does not vote, unless all did.</summary>
    public static int Winner(IReadOnlyList<string> votes)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (string vote in votes)
            counts[vote] = counts.GetValueOrDefault(vote) + (vote.Length > 0 ? 1 : 0);
        int most = counts.Values.Max();
        return Enumerable.Range(0, votes.Count).First(i => counts[votes[i]] == most);
    }
}
