namespace Grimoire.Training;

/// <summary>How far two who judged the same pairs agree.</summary>
/// <param name="Pairs">Pairs that both judged.</param>
/// <param name="Raw">Share of pairs on which they say the same.</param>
/// <param name="Expected">The share on which they would if each judged by chance, as often this and that way as it does.</param>
/// <param name="Kappa">
/// Cohen's κ = (raw − expected) / (1 − expected) (Cohen 1960): 1 for the same, 0 for chance; NaN where neither ever says but one thing.
/// </param>
/// <param name="KappaError">Its standard error for many pairs (Fleiss, Cohen and Everitt 1969).</param>
public sealed record Agreement(int Pairs, double Raw, double Expected, double Kappa, double KappaError)
{
    /// <summary>The agreement of two lists of verdicts about the same things in the same order.</summary>
    /// <exception cref="ArgumentException">There are none, or not as many of the one as of the other.</exception>
    public static Agreement Of(IReadOnlyList<Verdict> one, IReadOnlyList<Verdict> other)
    {
        if (one.Count != other.Count || one.Count == 0)
            throw new ArgumentException("both judge the same things, at least one", nameof(other));
        int kinds = Enum.GetValues<Verdict>().Length;
        var share = new double[kinds, kinds];
        for (int i = 0; i < one.Count; i++)
            share[(int)one[i], (int)other[i]] += 1.0 / one.Count;
        return Of(share, kinds, one.Count);
    }

    /// <summary>The comparisons of two files about the same pairs; what was skipped, or was the same, is left out.</summary>
    public static (Verdict[] One, Verdict[] Other) Matched(IReadOnlyList<Comparison> one, IReadOnlyList<Comparison> other)
    {
        var byPair = other.Where(c => c.Verdict is not null).DistinctBy(c => c.Pair, StringComparer.Ordinal)
            .ToDictionary(c => c.Pair, c => c.Verdict!.Value, StringComparer.Ordinal);
        Comparison[] both = [.. one.Where(c => c.Verdict is not null && byPair.ContainsKey(c.Pair)).DistinctBy(c => c.Pair, StringComparer.Ordinal)];
        return ([.. both.Select(c => c.Verdict!.Value)], [.. both.Select(c => byPair[c.Pair])]);
    }

    private static Agreement Of(double[,] share, int kinds, int pairs)
    {
        var rows = new double[kinds];
        var columns = new double[kinds];
        for (int i = 0; i < kinds; i++)
        {
            for (int j = 0; j < kinds; j++)
                (rows[i], columns[j]) = (rows[i] + share[i, j], columns[j] + share[i, j]);
        }

        double raw = Enumerable.Range(0, kinds).Sum(i => share[i, i]), expected = Enumerable.Range(0, kinds).Sum(i => rows[i] * columns[i]);
        double off = 1 - expected, kappa = (raw - expected) / off;
        double variance = -Math.Pow((raw * expected) - (2 * expected) + raw, 2);
        for (int i = 0; i < kinds; i++)
        {
            for (int j = 0; j < kinds; j++)
            {
                double apart = i == j ? off - ((rows[i] + columns[i]) * (1 - raw)) : (1 - raw) * (columns[i] + rows[j]);
                variance += share[i, j] * apart * apart;
            }
        }

        bool defined = off > 1e-12;
        return new Agreement(pairs, raw, expected, defined ? kappa : double.NaN, defined ? Math.Sqrt(Math.Max(variance, 0) / pairs) / (off * off) : double.NaN);
    }
}
