using Grimoire.Training.Runs;

namespace Grimoire.Training.Rollouts;

/// <summary>What is logged of answers that a model learns from.</summary>
internal static class GroupMetrics
{
    /// <summary>Mean reward and its parts, entropy of a token, tokens of an answer.</summary>
    public static IReadOnlyList<(string Name, double Value)> Of(IReadOnlyList<AnswerGroup> groups) =>
    [
        (Metric.RolloutReward, groups.SelectMany(group => group.Rewards).Average()),
        .. groups.SelectMany(group => group.Parts).GroupBy(part => part.Name, StringComparer.Ordinal)
            .Select(parts => ($"{Metric.RolloutReward}/{parts.Key}", parts.SelectMany(part => part.Values).Average())),
        (Metric.Entropy, groups.SelectMany(group => group.Answers).SelectMany(answer => answer.Entropies).Average(entropy => (double)entropy)),
        (Metric.RolloutLength, groups.SelectMany(group => group.Answers).Average(answer => answer.AnswerIds.Length)),
    ];
}
