namespace Grimoire.Evaluation.Metrics;

/// <summary>How often each n-gram of some pieces occurs, for one n or several.</summary>
internal sealed class NGrams
{
    private readonly Dictionary<string, int>[] counts;

    private NGrams(string text, IReadOnlyList<(int Start, int End)> pieces, int highest)
    {
        counts = new Dictionary<string, int>[highest];
        for (int n = 1; n <= highest; n++)
        {
            counts[n - 1] = new Dictionary<string, int>(StringComparer.Ordinal);
            var lookup = counts[n - 1].GetAlternateLookup<ReadOnlySpan<char>>();
            for (int i = 0; i + n <= pieces.Count; i++)
            {
                ReadOnlySpan<char> gram = text.AsSpan(pieces[i].Start, pieces[i + n - 1].End - pieces[i].Start);
                lookup[gram] = lookup.TryGetValue(gram, out int count) ? count + 1 : 1;
            }
        }

        Pieces = pieces.Count;
    }

    /// <summary>How many pieces there are.</summary>
    public int Pieces { get; }

    /// <summary>Those of words, which hold no white space.</summary>
    public static NGrams OfWords(IReadOnlyList<string> words, int highest)
    {
        var pieces = new (int, int)[words.Count];
        int at = 0;
        for (int i = 0; i < words.Count; at += words[i].Length + 1, i++)
            pieces[i] = (at, at + words[i].Length);
        return new NGrams(string.Join(' ', words), pieces, highest);
    }

    /// <summary>Those of characters (code points).</summary>
    public static NGrams OfCharacters(string text, int highest)
    {
        var pieces = new List<(int, int)>(text.Length);
        for (int i = 0; i < text.Length;)
        {
            int next = i + (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]) ? 2 : 1);
            pieces.Add((i, next));
            i = next;
        }

        return new NGrams(text, pieces, highest);
    }

    /// <summary>How many n-grams of length <paramref name="n"/> there are, each as often as it occurs.</summary>
    public int Total(int n) => Math.Max(0, Pieces - n + 1);

    /// <summary>How many of them occur in another text too, each at most as often as there.</summary>
    public int Matched(int n, NGrams other) => counts[n - 1].Sum(gram => Math.Min(gram.Value, other.counts[n - 1].GetValueOrDefault(gram.Key)));

    /// <summary>Raises each count to the one in another text, as several references count as one whose n-grams are those of any.</summary>
    public void Raise(NGrams other)
    {
        foreach ((Dictionary<string, int> mine, Dictionary<string, int> theirs) in counts.Zip(other.counts))
        {
            foreach ((string gram, int count) in theirs)
                mine[gram] = Math.Max(mine.GetValueOrDefault(gram), count);
        }
    }
}
