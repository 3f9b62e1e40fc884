namespace Grimoire.Evaluation.Metrics;

/// <summary>
/// TER, the translation edit rate (Snover et al. 2006): insertions, deletions, replacements and shifts of word runs that turn the text into the nearest
/// reference, in percent of the references' mean length. Equal to sacreBLEU's, which follows Tercom.
/// </summary>
public sealed class Ter(TerSettings settings) : TextMetric
{
    /// <summary>TER as sacreBLEU has it if nothing is said.</summary>
    public Ter()
        : this(new TerSettings())
    {
    }

    /// <inheritdoc/>
    public override string Name => "TER";

    /// <inheritdoc/>
    public override bool LowerIsBetter => true;

    /// <inheritdoc/>
    protected override IEnumerable<(string Key, string? Value)> Options =>
    [
        ("case", settings.CaseSensitive ? "mixed" : "lc"), ("tok", "tercom"), ("norm", Evaluation.Signature.YesNo(settings.Normalized)),
        ("punct", Evaluation.Signature.YesNo(!settings.NoPunctuation)), ("asian", Evaluation.Signature.YesNo(settings.AsianSupport)),
    ];

    /// <summary>The fewest edits to a reference, and the references' mean length in words.</summary>
    public override double[] Statistics(string hypothesis, IReadOnlyList<string> references)
    {
        string[] words = [.. settings.Words(hypothesis)];
        string[][] all = [.. references.Select(ReferenceWords)];
        return [all.Min(reference => ShiftedEdits.Count(words, reference)), (double)all.Sum(reference => reference.Length) / all.Length];
    }

    /// <inheritdoc/>
    public override double Value(double[] sums) => sums[1] > 0 ? 100 * (sums[0] / sums[1]) : sums[0] > 0 ? 100 : 0;

    /// <inheritdoc/>
    public override string Details(double[] sums) => $"{Text(sums[0])} edits, {Text(sums[1], "0.##")} words";

    /// <summary>sacreBLEU normalises references twice, which tears apart what has two apostrophes or two ampersands; so equal texts may differ.</summary>
    private string[] ReferenceWords(string reference) => [.. settings.Words(string.Join(' ', settings.Words(reference)))];
}
