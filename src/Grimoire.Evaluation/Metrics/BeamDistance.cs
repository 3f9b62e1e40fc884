namespace Grimoire.Evaluation.Metrics;

/// <summary>What an alignment of words with a reference tells.</summary>
/// <param name="Word">For each word of the reference the word aligned with it, or the last one before; −1 where there is none.</param>
/// <param name="ReferenceErrors">Which words of the reference are not met.</param>
/// <param name="WordErrors">Which words do not meet one.</param>
internal sealed record Alignment(int[] Word, bool[] ReferenceErrors, bool[] WordErrors);

/// <summary>
/// The edit distance of words and a reference, searched within a band around the diagonal only, of 25 words to each side or more where the lengths differ much,
/// as sacreBLEU searches it. Rows that the words share with those kept are not computed again.
/// </summary>
internal sealed class BeamDistance
{
    private const int HalfWidth = 25;
    private const int Unreached = int.MaxValue / 2;

    private enum Edit : byte
    {
        None,
        Match,
        Replace,
        Delete,
        Insert,
    }

    private readonly string[] reference;
    private readonly int count, width, columns;
    private readonly double slope;
    private readonly int[] costs, keptCosts;
    private readonly Edit[] edits;
    private string[] kept = [];

    /// <summary>For words of one number and a reference.</summary>
    /// <exception cref="GrimoireException">The lines are too long.</exception>
    public BeamDistance(int count, string[] reference)
    {
        CommonSubsequence.RequireTable(count, reference.Length);
        (this.reference, this.count, columns) = (reference, count, reference.Length + 1);
        slope = count > 0 ? (double)reference.Length / count : 1;
        width = HalfWidth < slope / 2 ? (int)Math.Ceiling((slope / 2) + HalfWidth) : HalfWidth;
        costs = new int[(count + 1) * columns];
        edits = new Edit[costs.Length];
        Array.Fill(costs, Unreached);
        for (int j = 0; j < columns; j++)
            (costs[j], edits[j]) = (j, Edit.Insert);
        keptCosts = [.. costs];
    }

    /// <summary>The distance of some words.</summary>
    public int Of(string[] words)
    {
        int same = words.AsSpan().CommonPrefixLength(kept);
        keptCosts.AsSpan(same * columns, columns).CopyTo(costs.AsSpan(same * columns));
        for (int i = same + 1; i <= count; i++)
            Row(words[i - 1], i);
        return costs[^1];
    }

    /// <summary>The distance and the alignment of some words, whose rows are kept: others will share the beginning.</summary>
    public (int Distance, Alignment Alignment) Align(string[] words)
    {
        kept = [];
        int distance = Of(words);
        costs.CopyTo(keptCosts, 0);
        kept = words;
        var alignment = new Alignment(new int[reference.Length], new bool[reference.Length], new bool[count]);
        foreach ((Edit edit, int i, int j) in Trace())
        {
            if (edit != Edit.Insert)
                alignment.WordErrors[i - 1] = edit != Edit.Match;
            if (edit != Edit.Delete)
                (alignment.Word[j - 1], alignment.ReferenceErrors[j - 1]) = (i - 1, edit != Edit.Match);
        }

        return (distance, alignment);
    }

    private void Row(string word, int i)
    {
        int diagonal = (int)Math.Floor(i * slope), first = Math.Max(0, diagonal - width);
        int end = i == count ? columns : Math.Min(columns, diagonal + width);
        Span<int> row = costs.AsSpan(i * columns, columns), above = costs.AsSpan((i - 1) * columns, columns);
        Span<Edit> made = edits.AsSpan(i * columns, columns);
        for (int j = first; j < end; j++)
        {
            (int cost, Edit edit) = (above[j] + 1, Edit.Delete);
            if (j > 0)
            {
                bool same = word == reference[j - 1];
                int replaced = above[j - 1] + (same ? 0 : 1), inserted = j > first ? row[j - 1] + 1 : Unreached;
                (cost, edit) = replaced <= cost ? (replaced, same ? Edit.Match : Edit.Replace) : (cost, edit);
                (cost, edit) = inserted < cost ? (inserted, Edit.Insert) : (cost, edit);
            }

            (row[j], made[j]) = cost < Unreached ? (cost, edit) : (Unreached, Edit.None);
        }
    }

    /// <summary>The edits from the end on, each with the row and column it ends in.</summary>
    private IEnumerable<(Edit Edit, int Row, int Column)> Trace()
    {
        for (int i = count, j = reference.Length; i > 0 || j > 0;)
        {
            Edit edit = edits[(i * columns) + j];
            yield return (edit, i, j);
            i -= edit is Edit.Insert ? 0 : 1;
            j -= edit is Edit.Delete ? 0 : 1;
        }
    }
}
