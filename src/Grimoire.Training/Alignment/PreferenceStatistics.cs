using Grimoire.Training.Runs;

namespace Grimoire.Training;

/// <summary>What the model has come to think of the answers of some pairs.</summary>
internal sealed class PreferenceStatistics
{
    private double chosen, rejected, right, chosenLogs;
    private int pairs;
    private long tokens;

    /// <summary>
    /// Share of pairs whose better answer has the higher reward (ties ½), mean rewards and their difference, and ln π of a token of the chosen answers.
    /// </summary>
    public IReadOnlyList<(string Name, double Value)> Metrics =>
    [
        (Metric.RewardAccuracy, right / pairs),
        (Metric.RewardMargin, (chosen - rejected) / pairs),
        (Metric.RewardChosen, chosen / pairs),
        (Metric.RewardRejected, rejected / pairs),
        (Metric.ChosenLogProbability, chosenLogs / tokens),
    ];

    /// <summary>Counts a pair.</summary>
    public void Add(AnswerScore better, AnswerScore worse, PreferenceSettings settings)
    {
        double a = settings.Reward(better), b = settings.Reward(worse);
        (chosen, rejected, pairs) = (chosen + a, rejected + b, pairs + 1);
        right += a > b ? 1 : a == b ? 0.5 : 0;
        (chosenLogs, tokens) = (chosenLogs + better.Policy, tokens + better.Tokens);
    }
}
