using Grimoire.Models;
using Grimoire.Training.Data;
using Grimoire.Training.Rewards;

namespace Grimoire.Training.Rollouts;

/// <summary>Prompts from files, each answered several times; all come once before one comes again.</summary>
/// <param name="prompts">The prompts, at least one.</param>
/// <param name="sampler">How they are answered.</param>
/// <param name="reward">What answers earn.</param>
/// <param name="perPrompt">Answers to each.</param>
/// <param name="options">How answers are drawn.</param>
/// <param name="seed">Chooses the order of the prompts.</param>
public sealed class PromptGroups(
    IReadOnlyList<PromptExample> prompts, RolloutSampler sampler, RewardSum reward, int perPrompt, GenerationOptions options, ulong seed) : GroupSource
{
    private readonly Draws draws = new(prompts.Count, seed);

    /// <inheritdoc/>
    public override int Count => prompts.Count;

    /// <inheritdoc/>
    public override IReadOnlyList<AnswerGroup> Draw(long first, int count, ulong seed, CancellationToken stop = default)
    {
        PromptExample[] asked = [.. draws.Range(first, count).Select(i => prompts[i])];
        IReadOnlyList<Rollout> answers = sampler.Sample(asked, perPrompt, options, seed, stop);
        double[][] parts = reward.Parts(answers);
        double[] sums = reward.Sum(parts);
        return [.. Enumerable.Range(0, count).Select(i => Group(new Range(i * perPrompt, (i + 1) * perPrompt)))];

        AnswerGroup Group(Range range) => new(
            [.. answers.Take(range)], sums[range], reward.Terms.Count == 1 ? [] : [.. reward.Terms.Select((term, i) => (term.Reward.Name, parts[i][range]))]);
    }
}
