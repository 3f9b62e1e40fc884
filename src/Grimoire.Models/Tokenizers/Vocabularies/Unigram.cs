using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace Grimoire.Models.Tokenizers;

/// <summary>The settings of a unigram model beside its vocabulary and scores.</summary>
internal sealed record UnigramSettings
{
    /// <summary>The piece for what has no other, or null: then such text is an error.</summary>
    public string? Unknown { get; init; }

    /// <summary>What has no piece becomes its UTF-8 bytes, pieces named &lt;0x00&gt; to &lt;0xFF&gt;, where all of them are there.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>
    /// Sums of scores are kept in single precision, as SentencePiece keeps them, and not in double as Hugging Face's libraries do: where
    /// spellings are equally good, rounding decides.
    /// </summary>
    public bool SinglePrecision { get; init; }

    /// <summary>Pieces that no text is spelled with: special tokens, bytes, unused ones.</summary>
    public IReadOnlySet<int> Hidden { get; init; } = new HashSet<int>();
}

/// <summary>
/// The unigram language model of SentencePiece (Kudo 2018): of all ways to spell a text with pieces the one with the highest sum of scores
/// (logarithms of probabilities), found by Viterbi's algorithm. An unknown character costs ten more than the worst piece;
/// unknown neighbours become one token. The time is proportional to the text's length times that of the longest piece that fits.
/// </summary>
internal sealed class Unigram : TokenModel
{
    private const double UnknownPenalty = 10;
    private readonly PieceTrie _pieces;
    private readonly double _unknownScore;
    private readonly int _unknown;
    private readonly int[] _byteIds = new int[256];

    /// <summary>A model from its pieces and a score for each id; scores of gaps in the numbering count for nothing.</summary>
    public Unigram(Vocabulary vocabulary, IReadOnlyList<double> scores, UnigramSettings settings)
        : base(vocabulary)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(scores.Count, vocabulary.Size, nameof(scores));
        Scores = scores;
        Settings = settings;
        IEnumerable<int> ids = Enumerable.Range(0, vocabulary.Size).Where(id => vocabulary[id] is not null);
        int[] spelling = [.. ids.Where(id => !settings.Hidden.Contains(id))];
        _pieces = new PieceTrie(vocabulary, spelling);
        _unknown = settings.Unknown is null ? -1 : vocabulary.Find(settings.Unknown, -1);
        _unknownScore = ids.Select(id => scores[id]).DefaultIfEmpty().Min() - UnknownPenalty;
        for (int value = 0; value < 256; value++)
            _byteIds[value] = vocabulary.Find(Bpe.ByteName((byte)value), -1);
        CutBefore = vocabulary.Find([Bpe.Metaspace]) is { } mark && !settings.Hidden.Contains(mark) && vocabulary.CanCutBefore(Bpe.Metaspace, spelling)
            ? Bpe.Metaspace : null;
    }

    /// <summary>The score of each id.</summary>
    public IReadOnlyList<double> Scores { get; }

    public UnigramSettings Settings { get; }

    public override string? Unknown => Settings.Unknown;

    public override char? CutBefore { get; }

    public override void Encode(ReadOnlySpan<char> word, List<int> ids)
    {
        Place[] best = ArrayPool<Place>.Shared.Rent(word.Length + 1);
        try
        {
            FindBest(word, best);
            int before = ids.Count;
            for (int end = word.Length; end > 0;)
            {
                (int start, int id) = (best[end].Start, best[end].Id);
                if (id < 0)
                {
                    while (start > 0 && best[start].Id < 0)
                        start = best[start].Start;
                    AddUnknownReversed(word[start..end], ids);
                }
                else
                {
                    ids.Add(id);
                }

                end = start;
            }

            CollectionsMarshal.AsSpan(ids)[before..].Reverse();
        }
        finally
        {
            ArrayPool<Place>.Shared.Return(best);
        }
    }

    /// <summary>For every place in the word the best way to get there: the score so far, and where its last piece starts.</summary>
    private void FindBest(ReadOnlySpan<char> word, Place[] best)
    {
        best[0] = default;
        best.AsSpan(1, word.Length).Fill(new Place(0, -1, -1));
        for (int start = 0, length; start < word.Length; start += length)
        {
            length = char.IsHighSurrogate(word[start]) && start + 1 < word.Length && char.IsLowSurrogate(word[start + 1]) ? 2 : 1;
            double score = best[start].Score;
            bool known = false;
            for (int i = start, node = PieceTrie.Root; i < word.Length && (node = _pieces.Next(node, word[i])) >= 0; i++)
            {
                int id = _pieces.Id(node);
                if (id < 0)
                    continue;
                Offer(ref best[i + 1], score + Scores[id], start, id);
                known |= i + 1 == start + length;
            }

            if (!known)
                Offer(ref best[start + length], score + _unknownScore, start, -1);
        }
    }

    private void Offer(ref Place place, double score, int start, int id)
    {
        if (place.Start < 0 || score > place.Score)
            place = new Place(Settings.SinglePrecision ? (float)score : score, start, id);
    }

    private void AddUnknownReversed(ReadOnlySpan<char> text, List<int> ids)
    {
        int before = ids.Count;
        if (Settings.ByteFallback)
        {
            Span<byte> utf8 = stackalloc byte[4];
            foreach (Rune rune in text.EnumerateRunes())
            {
                int length = rune.EncodeToUtf8(utf8);
                for (int i = 0; i < length; i++)
                    ids.Add(_byteIds[utf8[i]]);
            }

            Span<int> added = CollectionsMarshal.AsSpan(ids)[before..];
            added.Reverse();
            if (!added.Contains(-1))
                return;
            ids.RemoveRange(before, ids.Count - before);
        }

        ids.Add(_unknown >= 0 ? _unknown
            : throw new GrimoireException(
                $"The text {text.ToString().Quoted()} is not in the tokenizer's vocabulary, which has no unknown token; remove it from the text."));
    }

    /// <summary>How a place is reached best: the sum of scores, where the last piece starts (-1: not yet reached), and its id (-1: unknown).</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Place(double Score, int Start, int Id);
}
