namespace Grimoire.Cli.Bench;

/// <summary>The middle and the ends of some measured values.</summary>
/// <param name="Median">The middle one; of an even number the mean of the middle two.</param>
/// <param name="Low">The smallest.</param>
/// <param name="High">The largest.</param>
/// <param name="Count">How many there are; with none the others are no numbers.</param>
internal readonly record struct Spread(double Median, double Low, double High, int Count)
{
    public static Spread Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        if (sorted.Length == 0)
            return new(double.NaN, double.NaN, double.NaN, 0);
        int middle = sorted.Length / 2;
        double median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new(median, sorted[0], sorted[^1], sorted.Length);
    }
}
