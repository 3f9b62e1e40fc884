namespace Grimoire.Evaluation;

/// <summary>
/// The exact sign test of two systems whose answers are right or wrong, which is McNemar's (1947) with the binomial distribution itself: of the examples in
/// which they differ, as many should go one way as the other. It counts differences as large as the measured one, which a test by drawing may not where many
/// are equal.
/// </summary>
public static class SignTest
{
    /// <summary>The name of the test.</summary>
    public const string Name = "exact sign test";

    /// <summary>The two-sided p-value: 2 P(X ≤ min(a, b)) for X of a binomial distribution of a + b tosses of a fair coin, at most 1.</summary>
    /// <param name="raised">Examples in which the second is better.</param>
    /// <param name="lowered">Examples in which the first is.</param>
    public static double PValue(int raised, int lowered)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(raised);
        ArgumentOutOfRangeException.ThrowIfNegative(lowered);
        int count = raised + lowered, fewer = Math.Min(raised, lowered);
        double logarithm = -count * Math.Log(2), sum = 0;
        for (int i = 0; i <= fewer; i++)
        {
            sum += Math.Exp(logarithm);
            logarithm += Math.Log((count - i) / (i + 1.0));
        }

        return Math.Min(1, 2 * sum);
    }

    /// <summary>Compares the means of two systems' marks, each 0 or 1, with an interval by the paired bootstrap; null where a mark is another number.</summary>
    /// <exception cref="ArgumentException">There are no marks, or not as many of the one as of the other.</exception>
    public static PairedComparison? Compare(IReadOnlyList<double> a, IReadOnlyList<double> b, ulong seed = Bootstrap.Seed)
    {
        if (!a.Concat(b).All(mark => mark is 0 or 1))
            return null;
        int raised = a.Zip(b).Count(pair => pair.Second > pair.First), lowered = a.Zip(b).Count(pair => pair.Second < pair.First);
        return PairedTests.Bootstrap(a, b, seed: seed) with { PValue = PValue(raised, lowered), Test = Name };
    }
}
