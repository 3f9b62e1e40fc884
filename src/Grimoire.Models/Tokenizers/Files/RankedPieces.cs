namespace Grimoire.Models.Tokenizers;

/// <summary>
/// Vocabularies that come as ranked pieces without merges. Two pieces merge where together they spell a third, and the better the third's
/// rank the earlier; so the merges follow from the pieces.
/// </summary>
internal static class RankedPieces
{
    /// <summary>The merges of pieces taken in order of rank; ids in <paramref name="order"/> are those that may be made by merging.</summary>
    public static List<Merge> Merges(Vocabulary vocabulary, IEnumerable<int> order)
    {
        List<Merge> merges = [];
        foreach (int id in order)
        {
            ReadOnlySpan<char> piece = vocabulary[id];
            int first = merges.Count;
            for (int cut = 1; cut < piece.Length; cut++)
            {
                if (vocabulary.Find(piece[..cut]) is { } left && vocabulary.Find(piece[cut..]) is { } right)
                    merges.Add(new Merge(left, right, id));
            }

            // The order in which Hugging Face's converter writes them.
            merges.Sort(first, merges.Count - first, Comparer<Merge>.Create((a, b) => (a.Left, a.Right).CompareTo((b.Left, b.Right))));
        }

        return merges;
    }
}
