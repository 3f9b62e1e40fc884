using Grimoire.Tensors;

namespace Grimoire.Evaluation;

/// <summary>Whether two systems, measured on the same examples, differ by more than the luck of the examples.</summary>
/// <param name="Difference">The second's figure less the first's.</param>
/// <param name="Interval">Where the difference may lie, by paired bootstrap.</param>
/// <param name="PValue">How often a difference so large would come of nothing: (c + 1) / (n + 1), where c of n trials were beyond it.</param>
/// <param name="Test">"paired bootstrap" or "approximate randomization".</param>
public sealed record PairedComparison(double Difference, Interval Interval, double PValue, string Test)
{
    /// <summary>The name of the paired bootstrap test.</summary>
    public const string BootstrapTest = "paired bootstrap";

    /// <summary>The name of the approximate randomization test.</summary>
    public const string RandomizationTest = "approximate randomization";
}

/// <summary>Two-sided tests of two systems on the same examples. They pair what was measured on one example, so its difficulty cancels out.</summary>
public static class PairedTests
{
    /// <summary>Trials of approximate randomization where nobody says how many.</summary>
    public const int Trials = 10000;

    /// <summary>The paired bootstrap test (Koehn 2004) of two means.</summary>
    /// <exception cref="ArgumentException">There are no values, or not as many of the one as of the other.</exception>
    public static PairedComparison Bootstrap(
        IReadOnlyList<double> a, IReadOnlyList<double> b, int resamples = Evaluation.Bootstrap.Resamples, ulong seed = Evaluation.Bootstrap.Seed,
        double level = 0.95) =>
        Bootstrap(SufficientStatistics.OfMean(a), SufficientStatistics.OfMean(b), resamples, seed, level);

    /// <summary>
    /// The paired bootstrap test (Koehn 2004) as sacreBLEU has it: both systems are measured on the same resamples, the differences |b − a| are shifted by
    /// their mean, and those beyond the measured difference are counted.
    /// </summary>
    /// <exception cref="ArgumentException">The two are of different examples.</exception>
    public static PairedComparison Bootstrap(
        SufficientStatistics a, SufficientStatistics b, int resamples = Evaluation.Bootstrap.Resamples, ulong seed = Evaluation.Bootstrap.Seed,
        double level = 0.95)
    {
        double[] differences = Differences(a, b, resamples, seed);
        double difference = b.Value - a.Value, mean = differences.Average(Math.Abs);
        int beyond = differences.Count(d => Math.Abs(d) - mean > Math.Abs(difference));
        return new PairedComparison(
            difference, Evaluation.Bootstrap.Percentiles(differences, level), (beyond + 1.0) / (resamples + 1), PairedComparison.BootstrapTest);
    }

    /// <summary>Approximate randomization (Noreen 1989; Riezler and Maxwell 2005) of two means.</summary>
    /// <exception cref="ArgumentException">There are no values, or not as many of the one as of the other.</exception>
    public static PairedComparison ApproximateRandomization(
        IReadOnlyList<double> a, IReadOnlyList<double> b, int trials = Trials, ulong seed = Evaluation.Bootstrap.Seed, double level = 0.95) =>
        ApproximateRandomization(SufficientStatistics.OfMean(a), SufficientStatistics.OfMean(b), trials, seed, level);

    /// <summary>
    /// Approximate randomization (Noreen 1989; Riezler and Maxwell 2005): if the systems were alike, it would not matter which of them an answer came from. So
    /// in each trial a coin for each example tells whether the two change places, and the trials whose |b − a| is beyond the measured one are counted. The
    /// interval is that of the bootstrap.
    /// </summary>
    /// <exception cref="ArgumentException">The two are of different examples.</exception>
    public static PairedComparison ApproximateRandomization(
        SufficientStatistics a, SufficientStatistics b, int trials = Trials, ulong seed = Evaluation.Bootstrap.Seed, double level = 0.95)
    {
        SufficientStatistics.RequireSame(a, b);
        double difference = b.Value - a.Value;
        var swapped = new bool[a.Count];
        int beyond = 0;
        for (int trial = 0; trial < trials; trial++)
        {
            Toss(swapped, CountedRandom.Bits(seed, (ulong)trial));
            (double first, double second) = SufficientStatistics.Exchanged(a, b, swapped);
            beyond += Math.Abs(second - first) > Math.Abs(difference) ? 1 : 0;
        }

        Interval interval = Evaluation.Bootstrap.Percentiles(Differences(a, b, Evaluation.Bootstrap.Resamples, seed), level);
        return new PairedComparison(difference, interval, (beyond + 1.0) / (trials + 1), PairedComparison.RandomizationTest);
    }

    private static double[] Differences(SufficientStatistics a, SufficientStatistics b, int resamples, ulong seed)
    {
        SufficientStatistics.RequireSame(a, b);
        return [.. Evaluation.Bootstrap.Draws(a.Count, resamples, seed).Select(drawn => b.Of(drawn) - a.Of(drawn))];
    }

    private static void Toss(bool[] coins, ulong seed)
    {
        ulong bits = 0;
        for (int i = 0; i < coins.Length; i++, bits >>= 1)
        {
            if (i % 64 == 0)
                bits = CountedRandom.Bits(seed, (ulong)i / 64);
            coins[i] = (bits & 1) == 1;
        }
    }
}
