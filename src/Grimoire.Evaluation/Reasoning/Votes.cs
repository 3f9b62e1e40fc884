using Grimoire.Evaluation.Tasks;

namespace Grimoire.Evaluation.Reasoning;

/// <summary>Which of several answers most come to.</summary>
internal static class Votes
{
    /// <summary>What an answer comes to: what the filters of the task's first metric leave of it.</summary>
    public static string Of(TaskFile task, string answer)
    {
        foreach (AnswerFilter filter in task.Metrics.Count > 0 ? task.Metrics[0].Filter : [])
            answer = filter.Apply(answer);
        return answer.Trim();
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
