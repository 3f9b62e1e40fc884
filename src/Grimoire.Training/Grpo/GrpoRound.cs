using Grimoire.Training.Data;
using Grimoire.Training.Rewards;
using Grimoire.Training.Rollouts;
using Grimoire.Training.Runs;

namespace Grimoire.Training;

/// <summary>An answer to learn from.</summary>
/// <param name="Encoded">Prompt and answer.</param>
/// <param name="Advantage">How much better it is than its group.</param>
/// <param name="Old">ln π_old of its tokens.</param>
/// <param name="Reference">ln ρ of its tokens; empty without a reference.</param>
internal sealed record GrpoAnswer(EncodedExample Encoded, double Advantage, float[] Old, float[] Reference);

/// <summary>What a round has drawn, and what of it is learned from.</summary>
internal sealed class GrpoRound(GrpoSettings settings, RewardSum reward)
{
    private readonly List<Rollout> rollouts = [];
    private readonly List<double[]> parts = [];
    private readonly List<(Rollout Rollout, double Advantage)> learned = [];
    private int groups, mixed;

    /// <summary>Answers that teach something, with their advantages.</summary>
    public IReadOnlyList<(Rollout Rollout, double Advantage)> Learned => learned;

    /// <summary>Prompts asked.</summary>
    public int Prompts => groups;

    /// <summary>Groups still wanted.</summary>
    public int Missing => settings.EqualGroups == EqualGroups.Resample ? settings.Prompts - mixed : settings.Prompts - groups;

    /// <summary>Scores whole groups of answers and takes what teaches something.</summary>
    public void Add(IReadOnlyList<Rollout> drawn)
    {
        double[][] scored = reward.Parts(drawn);
        double[] rewards = reward.Sum(scored);
        for (int first = 0; first < drawn.Count; first += settings.Group)
        {
            ReadOnlySpan<double> group = rewards.AsSpan(first, settings.Group);
            bool equal = GroupAdvantages.AreEqual(group);
            groups++;
            mixed += equal ? 0 : 1;
            if (equal && settings.EqualGroups != EqualGroups.Keep)
                continue;
            double[] advantages = GroupAdvantages.Of(group, settings.Scale);
            for (int i = 0; i < advantages.Length; i++)
            {
                if (drawn[first + i].Ended || !settings.MaskTruncated)
                    learned.Add((drawn[first + i], advantages[i]));
            }
        }

        rollouts.AddRange(drawn);
        for (int i = 0; i < drawn.Count; i++)
            parts.Add([rewards[i], .. scored.Select(part => part[i])]);
    }

    /// <summary>Means over everything that was drawn, before any step.</summary>
    public IReadOnlyList<(string Name, double Value)> Metrics() =>
    [
        (Metric.Reward, parts.Average(part => part[0])),
        .. reward.Terms.Count == 1 ? [] : reward.Terms.Select((term, i) => ($"{Metric.Reward}/{term.Reward.Name}", parts.Average(part => part[i + 1]))),
        (Metric.Entropy, rollouts.SelectMany(rollout => rollout.Entropies).Average(entropy => (double)entropy)),
        (Metric.ResponseLength, rollouts.Average(rollout => rollout.AnswerIds.Length)),
        (Metric.MixedGroups, (double)mixed / groups),
    ];
}
