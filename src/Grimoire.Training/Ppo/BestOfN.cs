namespace Grimoire.Training;

/// <summary>The best of n answers by a reward, as a policy: what it costs in KL and what it earns.</summary>
public static class BestOfN
{
    /// <summary>
    /// KL(best of n ‖ one) = ln n − (n − 1)/n in nats, where no two answers earn the same (Stiennon et al. 2020, arXiv:2009.01325); an upper bound else.
    /// </summary>
    public static double Divergence(int n) => Math.Log(n) - ((n - 1.0) / n);

    /// <summary>
    /// The expected score of the best of n by <paramref name="proxy"/>, estimated from all N answers at hand: Σ_i C(i−1, n−1)/C(N, n)·score of the i-th by
    /// proxy from the worst (Nakano et al. 2021, arXiv:2112.09332, appendix I). Unbiased, and of less spread than drawing n.
    /// </summary>
    /// <param name="proxy">The reward that chooses, <c>[answer]</c>.</param>
    /// <param name="scores">What is expected: the same numbers, or another reward of the same answers, <c>[answer]</c>.</param>
    /// <param name="n">1 to N.</param>
    public static double Expected(ReadOnlySpan<double> proxy, ReadOnlySpan<double> scores, int n)
    {
        int count = proxy.Length;
        ArgumentOutOfRangeException.ThrowIfNotEqual(scores.Length, count);
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(n, count);
        double[] keys = [.. proxy], sorted = [.. scores];
        Array.Sort(keys, sorted);

        // C(i−1, n−1)/C(N, n) from its value n/N at i = N downwards, each from the one above.
        double weight = (double)n / count, sum = 0;
        for (int i = count; i >= n; i--)
        {
            sum += weight * sorted[i - 1];
            weight *= (double)(i - n) / Math.Max(1, i - 1);
        }

        return sum;
    }
}
