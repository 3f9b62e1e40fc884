namespace Grimoire.Training;

/// <summary>
/// The loss of group-relative policy optimisation for the tokens of one answer (Shao et al. 2024, arXiv:2402.03300; clip-higher: Yu et al. 2025,
/// arXiv:2503.14476): Σ_t −min(r_t·A, clip(r_t)·A) + β·(e^(ln ρ − ln π) − (ln ρ − ln π) − 1), with one advantage A for all of them.
/// </summary>
/// <param name="Surrogate">The clip.</param>
/// <param name="Beta">Price of a nat away from the reference; 0 for no reference.</param>
public readonly record struct GrpoLoss(ClippedSurrogate Surrogate, double Beta)
{
    /// <summary>The sum of an answer's losses.</summary>
    /// <param name="logProbabilities">ln π of the policy that learns, <c>[token]</c>.</param>
    /// <param name="old">ln π_old of the policy that spoke, <c>[token]</c>.</param>
    /// <param name="reference">ln ρ, <c>[token]</c>; empty where <see cref="Beta"/> is 0.</param>
    /// <param name="advantage">A.</param>
    /// <param name="slopes">Receives the derivatives by ln π, <c>[token]</c>.</param>
    /// <returns>The loss, and how many tokens the clip held.</returns>
    public (double Loss, int Clipped) Of(
        ReadOnlySpan<float> logProbabilities, ReadOnlySpan<float> old, ReadOnlySpan<float> reference, double advantage, Span<float> slopes)
    {
        double sum = 0;
        int held = 0;
        for (int t = 0; t < logProbabilities.Length; t++)
        {
            (LossValue loss, bool clipped) = Surrogate.Of(logProbabilities[t], old[t], advantage);
            LossValue kl = Beta > 0 ? KlEstimate.Of(KlEstimator.K3, logProbabilities[t], reference[t]) : default;
            sum += loss.Value + (Beta * kl.Value);
            slopes[t] = (float)(loss.Slope + (Beta * kl.Slope));
            held += clipped ? 1 : 0;
        }

        return (sum, held);
    }
}
