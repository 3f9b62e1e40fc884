namespace Grimoire.Training;

/// <summary>What the rewards of a group are divided by.</summary>
public enum AdvantageScale
{
    /// <summary>Their standard deviation, so that hard and easy prompts weigh alike (Shao et al. 2024, arXiv:2402.03300).</summary>
    Group,

    /// <summary>Nothing, so that a prompt weighs by how much its answers differ (Liu et al. 2025, "Dr. GRPO", arXiv:2503.20783).</summary>
    None,
}

/// <summary>How much better each answer of a group is than the others: the group itself is the baseline, so that no value head is needed.</summary>
public static class GroupAdvantages
{
    // Rewards that differ by less are as good as equal: dividing by their deviation would make a mountain of the difference.
    private const double Least = 1e-4;

    /// <summary>(reward − mean) or (reward − mean) / (deviation + 10⁻⁴), the deviation being that of a sample; exactly 0 where all rewards are equal.</summary>
    public static double[] Of(ReadOnlySpan<double> rewards, AdvantageScale scale)
    {
        var advantages = new double[rewards.Length];
        if (rewards.IsEmpty || !rewards.ContainsAnyExcept(rewards[0]))
            return advantages;
        double mean = 0, squares = 0;
        foreach (double reward in rewards)
            mean += reward / rewards.Length;
        foreach (double reward in rewards)
            squares += (reward - mean) * (reward - mean);
        double divisor = scale == AdvantageScale.None ? 1 : Math.Sqrt(squares / (rewards.Length - 1)) + Least;
        for (int i = 0; i < advantages.Length; i++)
            advantages[i] = (rewards[i] - mean) / divisor;
        return advantages;
    }
}
