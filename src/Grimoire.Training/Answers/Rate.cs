namespace Grimoire.Training.Answers;

/// <summary>How many of some trials came out one way.</summary>
/// <param name="Count">Those that did.</param>
/// <param name="Total">All.</param>
public readonly record struct Rate(int Count, int Total)
{
    /// <summary>Their share p; NaN where there were no trials.</summary>
    public double Share => (double)Count / Total;

    /// <summary>√(p(1 − p) / n): how far the share may be off by the luck of the draw.</summary>
    public double StandardError => Math.Sqrt(Share * (1 - Share) / Total);

    /// <summary>Counts those of which something holds.</summary>
    public static Rate Of<T>(IEnumerable<T> all, Func<T, bool> holds)
    {
        int count = 0, total = 0;
        foreach (T one in all)
        {
            total++;
            count += holds(one) ? 1 : 0;
        }

        return new Rate(count, total);
    }
}
