namespace Grimoire.Training;

/// <summary>
/// The policy loss of PPO (Schulman et al. 2017, arXiv:1707.06347, equation 7): with r = π(a)/π_old(a) and advantage A, −min(r·A, clip(r, 1 − low, 1 +
/// high)·A). Equal bounds are PPO's; a higher upper one is clip-higher (Yu et al. 2025, arXiv:2503.14476).
/// </summary>
/// <param name="Low">How far the ratio may fall below 1.</param>
/// <param name="High">How far the ratio may rise above 1.</param>
public readonly record struct ClippedSurrogate(double Low, double High)
{
    /// <summary>
    /// One token's loss, with its slope by the new log-probability (r' = r, so −r·A, and 0 where the clipped branch is the smaller), and whether the clip
    /// bound.
    /// </summary>
    /// <param name="logProbability">ln π(a), the policy that learns.</param>
    /// <param name="oldLogProbability">ln π_old(a), the policy that spoke.</param>
    /// <param name="advantage">How much better a was than expected.</param>
    public (LossValue Loss, bool Clipped) Of(double logProbability, double oldLogProbability, double advantage)
    {
        double ratio = Math.Exp(logProbability - oldLogProbability);
        double free = -ratio * advantage;
        double bound = -Math.Clamp(ratio, 1 - Low, 1 + High) * advantage;
        return bound > free ? (new LossValue(bound, 0), true) : (new LossValue(free, free), false);
    }
}
