namespace Grimoire.Training;

/// <summary>From rewards and foretold values to how much better each token was than expected.</summary>
public static class Advantages
{
    private const double LeastVariance = 1e-8;

    /// <summary>
    /// Generalised advantage estimation (Schulman et al. 2016, arXiv:1506.02438, equation 16) over one answer, from its end:
    /// δ_t = r_t + γ·v_{t+1} − v_t, A_t = δ_t + γ·λ·A_{t+1}; after the last token there is neither value nor advantage. The returns to be foretold are
    /// A_t + v_t.
    /// </summary>
    /// <param name="rewards">r, <c>[token]</c>.</param>
    /// <param name="values">v of the state before each token, <c>[token]</c>.</param>
    /// <param name="discount">γ.</param>
    /// <param name="decay">λ: 1 waits for what really came, 0 trusts the next value.</param>
    /// <param name="advantages">A, <c>[token]</c>.</param>
    public static void Estimate(ReadOnlySpan<double> rewards, ReadOnlySpan<double> values, double discount, double decay, Span<double> advantages)
    {
        if (values.Length != rewards.Length || advantages.Length != rewards.Length)
            throw new ArgumentException("each token has one reward, one value and one advantage", nameof(values));
        double next = 0, nextValue = 0;
        for (int t = rewards.Length - 1; t >= 0; t--)
        {
            next = rewards[t] + (discount * nextValue) - values[t] + (discount * decay * next);
            nextValue = values[t];
            advantages[t] = next;
        }
    }

    /// <summary>
    /// Scales to variance 1 and, unless <paramref name="keepMean"/>, shifts to mean 0, over a whole round: x ← (x − μ)/√(σ² + 10⁻⁸) [+ μ/√…].
    /// Numbers that are all equal stay equal, and all zeros stay zeros.
    /// </summary>
    public static void Whiten(Span<double> values, bool keepMean = false)
    {
        double mean = 0, variance = 0;
        foreach (double value in values)
            mean += value / values.Length;
        foreach (double value in values)
            variance += (value - mean) * (value - mean) / values.Length;
        double scale = 1 / Math.Sqrt(variance + LeastVariance);
        foreach (ref double value in values)
            value = (keepMean ? value : value - mean) * scale;
    }
}
