namespace Grimoire.Evaluation;

/// <summary>
/// What a figure of many examples needs to know of each: a row of numbers that add up, and the figure as a function of the sums. So a resample costs additions
/// only, whatever the rows once cost: the counts of matched and of all n-grams for BLEU, the value and a 1 for a mean.
/// </summary>
public sealed class SufficientStatistics
{
    private readonly double[] rows;
    private readonly int width;
    private readonly Func<double[], double> figure;

    /// <summary>Rows of one width, and the figure that their sums give.</summary>
    /// <exception cref="ArgumentException">There are no rows, or they differ in width.</exception>
    public SufficientStatistics(IReadOnlyList<double[]> rows, Func<double[], double> figure)
    {
        if (rows.Count == 0)
            throw new ArgumentException("there are no examples", nameof(rows));
        (width, this.figure, Count) = (rows[0].Length, figure, rows.Count);
        this.rows = new double[Count * width];
        for (int i = 0; i < Count; i++)
        {
            if (rows[i].Length != width)
                throw new ArgumentException($"row {i} has {rows[i].Length} numbers and the first has {width}", nameof(rows));
            rows[i].CopyTo(this.rows, i * width);
        }
    }

    /// <summary>How many examples there are.</summary>
    public int Count { get; }

    /// <summary>The sums over all examples.</summary>
    public double[] Total => Sums([.. Enumerable.Range(0, Count)]);

    /// <summary>The figure of all examples.</summary>
    public double Value => figure(Total);

    /// <summary>Values whose figure is their arithmetic mean.</summary>
    public static SufficientStatistics OfMean(IReadOnlyList<double> values) =>
        new([.. values.Select(value => new[] { value, 1 })], sums => sums[0] / sums[1]);

    /// <summary>The figure of some examples, any of them several times.</summary>
    public double Of(ReadOnlySpan<int> examples) => figure(Sums(examples));

    /// <summary>The figures of two systems after those examples have changed places that <paramref name="swapped"/> marks.</summary>
    /// <exception cref="ArgumentException">The two are of different examples.</exception>
    public static (double A, double B) Exchanged(SufficientStatistics a, SufficientStatistics b, ReadOnlySpan<bool> swapped)
    {
        RequireSame(a, b);
        double[] sumsA = new double[a.width], sumsB = new double[b.width];
        for (int i = 0; i < a.Count; i++)
        {
            a.Add(i, swapped[i] ? sumsB : sumsA);
            b.Add(i, swapped[i] ? sumsA : sumsB);
        }

        return (a.figure(sumsA), b.figure(sumsB));
    }

    /// <summary>Requires that two systems were measured alike on as many examples.</summary>
    /// <exception cref="ArgumentException">They were not.</exception>
    internal static void RequireSame(SufficientStatistics a, SufficientStatistics b)
    {
        if (a.Count != b.Count || a.width != b.width)
            throw new ArgumentException($"{a.Count} examples cannot be paired with {b.Count}", nameof(b));
    }

    private double[] Sums(ReadOnlySpan<int> examples)
    {
        var sums = new double[width];
        foreach (int example in examples)
            Add(example, sums);
        return sums;
    }

    private void Add(int example, double[] sums)
    {
        ReadOnlySpan<double> row = rows.AsSpan(example * width, width);
        for (int i = 0; i < row.Length; i++)
            sums[i] += row[i];
    }
}
