using Grimoire.Training.Rollouts;

namespace Grimoire.Training.Rewards;

/// <summary>A weighted sum of rewards.</summary>
/// <param name="terms">The rewards with their weights.</param>
public sealed class RewardSum(IReadOnlyList<(double Weight, Reward Reward)> terms) : Reward
{
    /// <summary>The rewards with their weights.</summary>
    public IReadOnlyList<(double Weight, Reward Reward)> Terms => terms;

    /// <inheritdoc/>
    public override string Name { get; } =
        string.Join(" + ", terms.Select(term => term.Weight == 1 ? term.Reward.Name : FormattableString.Invariant($"{term.Weight}·{term.Reward.Name}")));

    /// <inheritdoc/>
    public override string Key { get; } = string.Join(" + ", terms.Select(term => FormattableString.Invariant($"{term.Weight}·{term.Reward.Key}")));

    /// <inheritdoc/>
    public override double[] Score(IReadOnlyList<Rollout> rollouts) => Sum(Parts(rollouts));

    /// <summary>What each term gives each roll-out, before its weight, <c>[term][roll-out]</c>.</summary>
    public double[][] Parts(IReadOnlyList<Rollout> rollouts) => [.. terms.Select(term => term.Reward.Score(rollouts))];

    /// <summary>Σ weight · part of each roll-out.</summary>
    public double[] Sum(double[][] parts)
    {
        var sums = new double[parts[0].Length];
        for (int term = 0; term < parts.Length; term++)
        {
            for (int i = 0; i < sums.Length; i++)
                sums[i] += terms[term].Weight * parts[term][i];
        }

        return sums;
    }
}
