namespace Grimoire.Training;

/// <summary>
/// A reward for staying undecided, estimated from the tokens drawn: −H(π) = E_old[r·ln π(a)], r = π(a)/π_old(a). It needs no logits, and its
/// gradient's mean is that of the entropy.
/// </summary>
public static class EntropyBonus
{
    /// <summary>One token's r·ln π(a), which is to be lowered, with its slope by ln π(a), r·(ln π(a) + 1).</summary>
    public static LossValue Of(double logProbability, double oldLogProbability)
    {
        double ratio = Math.Exp(logProbability - oldLogProbability);
        return new LossValue(ratio * logProbability, ratio * (logProbability + 1));
    }
}
