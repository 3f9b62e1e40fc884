namespace Grimoire.Training;

/// <summary>
/// Losses of a margin z: by how much the better answer of a pair is ahead. For DPO (Rafailov et al. 2023, arXiv:2305.18290) z = β · h with
/// h = ln π(chosen)/ρ(chosen) − ln π(rejected)/ρ(rejected), π the policy and ρ the reference; for a reward model z is a difference of rewards.
/// </summary>
public static class MarginLosses
{
    /// <summary>
    /// −(1 − ε) ln σ(z) − ε ln σ(−z): the logistic loss of Bradley and Terry, ln 2 at 0. With ε &gt; 0 it takes a share ε of the labels for wrong, as
    /// conservative DPO does (Mitchell 2023), and is least at z = ln((1 − ε)/ε).
    /// </summary>
    public static LossValue Sigmoid(double z, double smoothing = 0) =>
        new(((1 - smoothing) * SoftPlus(-z)) + (smoothing * SoftPlus(z)), Logistic(z) - 1 + smoothing);

    /// <summary>
    /// (−(1 − ε) ln σ(z) + ε ln σ(−z)) / (1 − 2ε): what is expected of it, over labels of which a share ε &lt; ½ was swapped, is the loss of the right
    /// labels (Chowdhury, Kini and Natarajan 2024, arXiv:2403.00409). ln 2 at 0.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">ε is not in [0, ½).</exception>
    public static LossValue Robust(double z, double smoothing)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(smoothing);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(smoothing, 0.5);
        double right = Logistic(z) - 1, swapped = Logistic(z);
        return new(
            (((1 - smoothing) * SoftPlus(-z)) - (smoothing * SoftPlus(z))) / (1 - (2 * smoothing)),
            (((1 - smoothing) * right) - (smoothing * swapped)) / (1 - (2 * smoothing)));
    }

    /// <summary>max(0, 1 − z): SLiC-HF (Zhao et al. 2023, arXiv:2305.10425) with the reference as in DPO; 1 at 0.</summary>
    public static LossValue Hinge(double z) => z < 1 ? new(1 - z, -1) : new(0, 0);

    /// <summary>
    /// (h − 1/(2β))²: IPO (Azar et al. 2023, arXiv:2310.12036, equation 17) of h itself, not of β · h. It wants the margin h to be 1/(2β) nats and no more, so
    /// a pair that is sure does not drive it to infinity. 1/(4β²) at 0.
    /// </summary>
    public static LossValue Ipo(double h, double beta)
    {
        double off = h - (1 / (2 * beta));
        return new(off * off, 2 * off);
    }

    /// <summary>σ(z) = 1 / (1 + e⁻ᶻ).</summary>
    internal static double Logistic(double z)
    {
        double e = Math.Exp(-Math.Abs(z));
        return z >= 0 ? 1 / (1 + e) : e / (1 + e);
    }

    /// <summary>ln(1 + eᶻ) = −ln σ(−z), finite for every finite z.</summary>
    private static double SoftPlus(double z) => Math.Max(z, 0) + Math.Log(1 + Math.Exp(-Math.Abs(z)));
}
