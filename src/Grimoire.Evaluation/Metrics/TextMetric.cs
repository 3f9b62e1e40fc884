using System.Globalization;

namespace Grimoire.Evaluation.Metrics;

/// <summary>
/// A metric of texts against references. Each line gives a row of numbers that add up over a corpus (see <see cref="SufficientStatistics"/>), and the sums give
/// the figure; so a corpus figure is not the mean of its lines' figures unless the metric is a mean.
/// </summary>
public abstract class TextMetric
{
    /// <summary>What it is called where it is printed.</summary>
    public abstract string Name { get; }

    /// <summary>Whether less is better.</summary>
    public virtual bool LowerIsBetter => false;

    /// <summary>The unit behind the value, or null.</summary>
    public virtual string? Unit => null;

    /// <summary>What the signature tells of its options.</summary>
    protected abstract IEnumerable<(string Key, string? Value)> Options { get; }

    /// <summary>The numbers of one line.</summary>
    /// <param name="hypothesis">The text to judge.</param>
    /// <param name="references">What it might have been, at least one.</param>
    public abstract double[] Statistics(string hypothesis, IReadOnlyList<string> references);

    /// <summary>The figure that the sums of such numbers give.</summary>
    public abstract double Value(double[] sums);

    /// <summary>What the sums tell beside the figure; empty where that is nothing.</summary>
    public virtual string Details(double[] sums) => "";

    /// <summary>The figure of one line alone.</summary>
    public virtual double OfLine(string hypothesis, IReadOnlyList<string> references) => Value(Statistics(hypothesis, references));

    /// <summary>The numbers of all lines; their <see cref="SufficientStatistics.Value"/> is the corpus figure.</summary>
    /// <exception cref="ArgumentException">There are no lines, not as many references as hypotheses, or a line without a reference.</exception>
    public SufficientStatistics OfCorpus(IReadOnlyList<string> hypotheses, IReadOnlyList<IReadOnlyList<string>> references)
    {
        if (hypotheses.Count != references.Count)
            throw new ArgumentException($"{hypotheses.Count} lines cannot be compared with {references.Count}", nameof(references));
        if (references.Any(line => line.Count == 0))
            throw new ArgumentException("a line has no reference", nameof(references));
        return new SufficientStatistics([.. hypotheses.Zip(references, Statistics)], Value);
    }

    /// <summary>How the figure was measured, as sacreBLEU tells it, and over how many lines.</summary>
    /// <param name="references">How many references each line has; where they differ, <c>var</c> is told.</param>
    /// <param name="resamples">Resamples of the bootstrap; 0 for none.</param>
    /// <param name="seed">Its seed.</param>
    public string Signature(IReadOnlyList<IReadOnlyList<string>> references, int resamples = 0, ulong seed = Bootstrap.Seed)
    {
        int[] counts = [.. references.Select(line => line.Count).Distinct().Take(2)];
        return Evaluation.Signature.Of(
        [
            ("nrefs", counts.Length == 1 ? Text(counts[0]) : "var"),
            ("n", Text(references.Count)),
            ("bs", resamples > 0 ? Text(resamples) : null),
            ("seed", resamples > 0 ? Text(seed) : null),
            .. Options,
        ]);
    }

    /// <summary>A number as it stands in signatures and details.</summary>
    protected static string Text(IFormattable value, string? format = null) => value.ToString(format, CultureInfo.InvariantCulture);
}
