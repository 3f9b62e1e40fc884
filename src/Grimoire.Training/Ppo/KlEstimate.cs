namespace Grimoire.Training;

/// <summary>
/// Estimates of KL(π‖ρ) from tokens that π drew (Schulman 2020, "Approximating KL divergence"), with d = ln π(a) − ln ρ(a).
/// </summary>
public enum KlEstimator
{
    /// <summary>d: unbiased, and often negative.</summary>
    K1,

    /// <summary>½·d²: never negative and little spread, but biased.</summary>
    K2,

    /// <summary>e⁻ᵈ − 1 + d: unbiased and never negative.</summary>
    K3,
}

/// <summary>The estimators as functions with derivatives.</summary>
public static class KlEstimate
{
    /// <summary>The estimate from one token, in nats, with its slope by ln π(a).</summary>
    /// <param name="estimator">Which.</param>
    /// <param name="logProbability">ln π(a), the policy that drew a.</param>
    /// <param name="reference">ln ρ(a), the policy to stay near.</param>
    public static LossValue Of(KlEstimator estimator, double logProbability, double reference)
    {
        double d = logProbability - reference;
        return estimator switch
        {
            KlEstimator.K1 => new(d, 1),
            KlEstimator.K2 => new(d * d / 2, d),
            _ => new(Math.Exp(-d) - 1 + d, 1 - Math.Exp(-d)),
        };
    }
}
