namespace Grimoire.Training;

/// <summary>
/// Kahneman–Tversky optimisation (Ethayarajh et al. 2024, arXiv:2402.01306): learns from single answers that are called good or bad, not from pairs.
/// </summary>
public static class Kto
{
    /// <summary>
    /// λ · (1 − σ(β(r − z))) of a good answer and λ · (1 − σ(β(z − r))) of a bad one, where r = ln π(y|x)/ρ(y|x) and z is how far the policy has moved as a
    /// whole: gains and losses are felt from there, and less the larger they are. λ/2 at the start, where r = z = 0.
    /// </summary>
    /// <param name="logRatio">r, nats.</param>
    /// <param name="reference">z of <see cref="ReferencePoint"/>, nats; no gradient flows through it.</param>
    /// <param name="good">Whether the answer is called good.</param>
    /// <param name="beta">β: how soon one is sated.</param>
    /// <param name="weight">λ of this kind of answer; choose the two so that λ · count is alike for good and bad.</param>
    /// <returns>The loss and its derivative by ln π(y|x).</returns>
    public static LossValue Loss(double logRatio, double reference, bool good, double beta, double weight = 1)
    {
        double side = good ? beta : -beta;
        double sigma = MarginLosses.Logistic(side * (logRatio - reference));
        return new(weight * (1 - sigma), -weight * side * sigma * (1 - sigma));
    }

    /// <summary>
    /// z = max(0, mean of ln π(y′|x)/ρ(y′|x)) over prompts x with the answers y′ of other prompts: an estimate, from answers that nobody sampled, of KL(π‖ρ).
    /// </summary>
    public static double ReferencePoint(ReadOnlySpan<double> mismatchedLogRatios)
    {
        double sum = 0;
        foreach (double ratio in mismatchedLogRatios)
            sum += ratio;
        return mismatchedLogRatios.IsEmpty ? 0 : Math.Max(0, sum / mismatchedLogRatios.Length);
    }
}
