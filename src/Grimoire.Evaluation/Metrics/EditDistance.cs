namespace Grimoire.Evaluation.Metrics;

/// <summary>What is inserted, deleted and replaced.</summary>
public enum EditUnit
{
    /// <summary>Characters (code points).</summary>
    Character,

    /// <summary>Words between white space.</summary>
    Word,
}

/// <summary>
/// The edit distance (Levenshtein 1966): the fewest insertions, deletions and replacements that turn one sequence into another. The corpus figure is the mean
/// over lines; normalised, each line's distance is divided by the length of the longer sequence, so that it is 0 for equal and 1 for wholly different ones. Of
/// several references each line has the nearest.
/// </summary>
public sealed class EditDistance(EditUnit unit = EditUnit.Character, bool normalized = false, bool lowercase = false) : TextMetric
{
    /// <inheritdoc/>
    public override string Name => normalized ? "edit_norm" : "edit";

    /// <inheritdoc/>
    public override bool LowerIsBetter => true;

    /// <inheritdoc/>
    protected override IEnumerable<(string Key, string? Value)> Options =>
        [("case", lowercase ? "lc" : "mixed"), ("unit", unit == EditUnit.Character ? "char" : "word"), ("norm", Evaluation.Signature.YesNo(normalized))];

    /// <summary>The edits that turn one sequence into another.</summary>
    public static int Between(IReadOnlyList<string> a, IReadOnlyList<string> b)
    {
        int[] row = [.. Enumerable.Range(0, b.Count + 1)];
        for (int i = 1; i <= a.Count; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Count; j++)
                (row[j], diagonal) = (Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)), row[j]);
        }

        return row[^1];
    }

    /// <summary>The distance, and 1.</summary>
    public override double[] Statistics(string hypothesis, IReadOnlyList<string> references)
    {
        IReadOnlyList<string> mine = Units(hypothesis, unit, lowercase);
        return [references.Select(reference => Units(reference, unit, lowercase)).Min(theirs => Distance(mine, theirs)), 1];
    }

    /// <inheritdoc/>
    public override double Value(double[] sums) => sums[0] / sums[1];

    /// <summary>The characters or words of a line.</summary>
    internal static IReadOnlyList<string> Units(string line, EditUnit unit, bool lowercase)
    {
        line = lowercase ? ReferenceText.Lower(line) : line;
        return unit == EditUnit.Word ? ReferenceText.Words(line) : [.. ReferenceText.Characters(line)];
    }

    private double Distance(IReadOnlyList<string> mine, IReadOnlyList<string> theirs) =>
        Between(mine, theirs) / (normalized ? Math.Max(1.0, Math.Max(mine.Count, theirs.Count)) : 1);
}

/// <summary>
/// The error rate of words (WER) or characters (CER): the edits of all lines in percent of the length of all references, so it can be above 100. Of several
/// references each line has the one with the fewest edits, and of those the longest.
/// </summary>
public sealed class ErrorRate(EditUnit unit, bool lowercase = false) : TextMetric
{
    /// <inheritdoc/>
    public override string Name => unit == EditUnit.Word ? "WER" : "CER";

    /// <inheritdoc/>
    public override bool LowerIsBetter => true;

    /// <inheritdoc/>
    public override string Unit => "%";

    /// <inheritdoc/>
    protected override IEnumerable<(string Key, string? Value)> Options => [("case", lowercase ? "lc" : "mixed")];

    /// <summary>Edits and the reference's length.</summary>
    public override double[] Statistics(string hypothesis, IReadOnlyList<string> references)
    {
        IReadOnlyList<string> mine = EditDistance.Units(hypothesis, unit, lowercase);
        (int edits, int length) = references.Select(reference => EditDistance.Units(reference, unit, lowercase))
            .Select(theirs => (Edits: EditDistance.Between(mine, theirs), Length: theirs.Count)).MinBy(one => (one.Edits, -one.Length));
        return [edits, length];
    }

    /// <inheritdoc/>
    public override double Value(double[] sums) => sums[1] > 0 ? 100 * (sums[0] / sums[1]) : sums[0] > 0 ? 100 : 0;

    /// <inheritdoc/>
    public override string Details(double[] sums) => $"{Text(sums[0])} edits, {Text(sums[1])} {(unit == EditUnit.Word ? "words" : "characters")}";
}
