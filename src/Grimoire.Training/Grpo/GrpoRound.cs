using Grimoire.Training.Data;
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
internal sealed class GrpoRound(GrpoSettings settings)
{
    private readonly List<AnswerGroup> groups = [];
    private readonly List<(Rollout Rollout, double Advantage)> learned = [];

    /// <summary>Answers that teach something, with their advantages.</summary>
    public IReadOnlyList<(Rollout Rollout, double Advantage)> Learned => learned;

    /// <summary>Prompts asked.</summary>
    public int Prompts { get; private set; }

    /// <summary>Prompts still wanted.</summary>
    public int Missing => settings.Prompts - (settings.EqualGroups == EqualGroups.Resample ? Mixed : Prompts);

    private int Mixed => groups.Count(group => !group.IsEqual);

    /// <summary>Takes what teaches something of the groups that so many prompts gave.</summary>
    public void Add(int prompts, IReadOnlyList<AnswerGroup> drawn)
    {
        Prompts += prompts;
        groups.AddRange(drawn);
        foreach (AnswerGroup group in drawn.Where(group => !group.IsEqual || settings.EqualGroups == EqualGroups.Keep))
        {
            double[] advantages = GroupAdvantages.Of(group.Rewards, settings.Scale);
            learned.AddRange(group.Answers.Zip(advantages).Where(answer => answer.First.Ended || !settings.MaskTruncated));
        }
    }

    /// <summary>Means over everything that was drawn, before any step.</summary>
    public IReadOnlyList<(string Name, double Value)> Metrics() => [.. GroupMetrics.Of(groups), (Metric.MixedGroups, (double)Mixed / groups.Count)];
}
