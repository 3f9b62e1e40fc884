using Grimoire.Tensors;

namespace Grimoire.Evaluation;

/// <summary>
/// The percentile bootstrap (Efron 1979): how far a figure would move if the examples had been others of their kind, told by drawing as many of them with
/// replacement, again and again, and dropping the outermost figures on each side.
/// </summary>
/// <remarks>Draws are counted (see <see cref="CountedRandom"/>): resample r of a seed is the same for every system, on every machine.</remarks>
public static class Bootstrap
{
    /// <summary>Resamples where nobody says how many.</summary>
    public const int Resamples = 1000;

    /// <summary>The seed where nobody says which.</summary>
    public const ulong Seed = 1234;

    /// <summary>Where the mean of some values may lie.</summary>
    /// <exception cref="ArgumentException">There are no values.</exception>
    public static Interval OfMean(IReadOnlyList<double> values, int resamples = Resamples, ulong seed = Seed, double level = 0.95) =>
        Of(SufficientStatistics.OfMean(values), resamples, seed, level);

    /// <summary>Where a figure that sums of rows give may lie.</summary>
    public static Interval Of(SufficientStatistics examples, int resamples = Resamples, ulong seed = Seed, double level = 0.95) =>
        Of(examples.Count, drawn => examples.Of(drawn), resamples, seed, level);

    /// <summary>Where any statistic of some examples may lie.</summary>
    /// <param name="count">How many examples there are.</param>
    /// <param name="statistic">The figure of the examples drawn, which are <paramref name="count"/> indices; it must not keep the array.</param>
    /// <param name="resamples">How often as many examples are drawn.</param>
    /// <param name="seed">The seed of the draws.</param>
    /// <param name="level">The confidence, as in 0.95.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no example or no resample, or the level is not between 0 and 1.</exception>
    public static Interval Of(int count, Func<int[], double> statistic, int resamples = Resamples, ulong seed = Seed, double level = 0.95)
    {
        var figures = new double[resamples];
        int at = 0;
        foreach (int[] drawn in Draws(count, resamples, seed))
            figures[at++] = statistic(drawn);
        return Percentiles(figures, level);
    }

    /// <summary>The examples of each resample, in an array that is used again.</summary>
    internal static IEnumerable<int[]> Draws(int count, int resamples, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(resamples, 1);
        var drawn = new int[count];
        for (int resample = 0; resample < resamples; resample++)
        {
            for (int i = 0; i < count; i++)
                drawn[i] = (int)CountedRandom.Below(count, seed, (ulong)resample, (ulong)i);
            yield return drawn;
        }
    }

    /// <summary>The interval that remains after ⌊n (1 − level) / 2⌋ figures are dropped on each side, as sacreBLEU drops them.</summary>
    internal static Interval Percentiles(double[] figures, double level)
    {
        if (!(level is > 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(level), level, "a level of confidence lies between 0 and 1");
        Array.Sort(figures);
        int dropped = Math.Min((int)Math.Floor(Math.Round(figures.Length * (1 - level) / 2, 9)), (figures.Length - 1) / 2);
        return new Interval(figures[dropped], figures[^(dropped + 1)], level);
    }
}
