namespace Grimoire.Models.Tokenizers;

/// <summary>
/// Vocabularies that come as ranked pieces without merges. Two pieces merge where together they spell a third, and the better the third's
/// rank the earlier; so the merges follow from the pieces.
/// </summary>
internal static class RankedPieces
{
    // Every cut of a piece is looked up, which takes the square of its length. The longest known are 128 spaces and the like.
    private const int LongestPiece = 512;
    private static readonly Comparer<Merge> ByIds = Comparer<Merge>.Create(static (a, b) => (a.Left, a.Right).CompareTo((b.Left, b.Right)));

    /// <summary>The merges of pieces taken in order of rank; ids in <paramref name="order"/> are those that may be made by merging.</summary>
    /// <exception cref="GrimoireException">A piece is longer than any real one; <paramref name="source"/> says whose.</exception>
    public static List<Merge> Merges(Vocabulary vocabulary, IEnumerable<int> order, string source)
    {
        List<Merge> merges = [];
        foreach (int id in order)
        {
            ReadOnlySpan<char> piece = vocabulary[id];
            if (piece.Length > LongestPiece)
                throw new GrimoireException($"{source}: the piece {id} has {piece.Length} characters; no vocabulary has such (limit {LongestPiece}).");
            int first = merges.Count;
            for (int cut = 1; cut < piece.Length; cut++)
            {
                if (vocabulary.Find(piece[..cut]) is { } left && vocabulary.Find(piece[cut..]) is { } right)
                    merges.Add(new Merge(left, right, id));
            }

            // The order in which Hugging Face's converter writes them.
            merges.Sort(first, merges.Count - first, ByIds);
        }

        return merges;
    }
}
