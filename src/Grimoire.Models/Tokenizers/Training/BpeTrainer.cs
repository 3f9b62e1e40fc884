using System.Runtime.InteropServices;
using System.Text;

namespace Grimoire.Models.Tokenizers;

/// <summary>
/// Byte-pair encoding: starting from the 256 bytes, the most frequent neighbouring pair becomes a piece, again and again. Counts are exact and
/// kept up to date; of equally frequent pairs the one with the smaller ids comes first.
/// </summary>
internal sealed class BpeTrainer
{
    private readonly int[] _symbols;
    private readonly int[] _starts;
    private readonly int[] _lengths;
    private readonly long[] _counts;
    private readonly Dictionary<(int Left, int Right), Pair> _pairs = [];
    private readonly PriorityQueue<(int Left, int Right), (long Count, int Left, int Right)> _queue = new(new MostFrequentFirst());
    private readonly HashSet<(int Left, int Right)> _grown = [];
    private readonly List<string> _pieces = [.. Enumerable.Range(0, 256).Select(value => ByteAlphabet.ToChar((byte)value).ToString())];
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);

    private BpeTrainer(WordCounts counts)
    {
        _starts = new int[counts.Words.Count];
        _lengths = new int[counts.Words.Count];
        _counts = new long[counts.Words.Count];
        List<int> symbols = [];
        for (int word = 0; word < _starts.Length; word++)
        {
            _starts[word] = symbols.Count;
            foreach (byte value in Encoding.UTF8.GetBytes(counts.Words[word].Word))
                symbols.Add(value);
            _lengths[word] = symbols.Count - _starts[word];
            _counts[word] = counts.Words[word].Count;
        }

        _symbols = [.. symbols];
    }

    public static Tokenizer Train(WordCounts counts, TokenizerOptions options, IProgress<TokenizerProgress>? progress, CancellationToken cancel)
    {
        var trainer = new BpeTrainer(counts);
        List<Merge> merges = trainer.Merge(options.VocabularySize - options.Special.Count, options.MinFrequency, progress, cancel);
        var model = new Bpe(new Vocabulary([.. trainer._pieces]), merges, new BpeSettings { ByteLevel = true });
        return TokenizerJson.Create(
            model, StandardParts.ByteLevel(options.Pattern), TokenizerTrainer.SpecialTokens(options, trainer._pieces.Count),
            TokenizerTrainer.Settings(options));
    }

    private List<Merge> Merge(int size, long minFrequency, IProgress<TokenizerProgress>? progress, CancellationToken cancel)
    {
        CountPairs();
        List<Merge> merges = [];
        while (_pieces.Count < size && _queue.TryDequeue(out (int Left, int Right) best, out (long Count, int, int) queued))
        {
            cancel.ThrowIfCancellationRequested();
            long count = _pairs.TryGetValue(best, out Pair? pair) ? pair.Count : 0;
            if (count < minFrequency)
                continue;
            // The counts of waiting pairs fall; an entry that promises too much goes back with its true count.
            if (count != queued.Count)
            {
                _queue.Enqueue(best, (count, best.Left, best.Right));
                continue;
            }

            int merged = IdOf(_pieces[best.Left] + _pieces[best.Right]);
            merges.Add(new Merge(best.Left, best.Right, merged));
            Apply(best, pair!, merged);
            progress?.Report(new TokenizerProgress("merge", _pieces.Count - 256, size - 256));
        }

        return merges;
    }

    /// <summary>A new id, or the old one where other merges have spelled the same piece.</summary>
    private int IdOf(string piece)
    {
        if (!_ids.TryGetValue(piece, out int id))
        {
            id = _ids[piece] = _pieces.Count;
            _pieces.Add(piece);
        }

        return id;
    }

    private void CountPairs()
    {
        for (int word = 0; word < _starts.Length; word++)
        {
            ReadOnlySpan<int> symbols = _symbols.AsSpan(_starts[word], _lengths[word]);
            for (int i = 0; i + 1 < symbols.Length; i++)
                Change((symbols[i], symbols[i + 1]), _counts[word], word);
        }

        QueueGrown();
    }

    private void Apply((int Left, int Right) best, Pair pair, int merged)
    {
        _pairs.Remove(best);
        foreach (int word in pair.Words)
            MergeWord(word, best, merged);
        _pairs.Remove(best);
        _grown.Remove(best);
        QueueGrown();
    }

    /// <summary>Rewrites one word and tells what its neighbouring pairs lost and won. Words listed for a pair they no longer hold stay as they are.</summary>
    private void MergeWord(int word, (int Left, int Right) best, int merged)
    {
        Span<int> symbols = _symbols.AsSpan(_starts[word], _lengths[word]);
        long count = _counts[word];
        int kept = 0;
        for (int i = 0; i < symbols.Length; i++)
        {
            if (i + 1 == symbols.Length || symbols[i] != best.Left || symbols[i + 1] != best.Right)
            {
                symbols[kept++] = symbols[i];
                continue;
            }

            if (kept > 0)
            {
                Change((symbols[kept - 1], best.Left), -count, word);
                Change((symbols[kept - 1], merged), count, word);
            }

            if (i + 2 < symbols.Length)
            {
                Change((best.Right, symbols[i + 2]), -count, word);
                Change((merged, symbols[i + 2]), count, word);
            }

            symbols[kept++] = merged;
            i++;
        }

        _lengths[word] = kept;
    }

    private void Change((int Left, int Right) key, long by, int word)
    {
        ref Pair? pair = ref CollectionsMarshal.GetValueRefOrAddDefault(_pairs, key, out _);
        pair ??= new Pair();
        pair.Count += by;
        if (by <= 0)
            return;
        if (pair.Words.Count == 0 || pair.Words[^1] != word)
            pair.Words.Add(word);
        _grown.Add(key);
    }

    private void QueueGrown()
    {
        foreach ((int Left, int Right) key in _grown)
            _queue.Enqueue(key, (_pairs[key].Count, key.Left, key.Right));
        _grown.Clear();
    }

    /// <summary>How often a pair occurs, and the words that held it when it was counted.</summary>
    private sealed class Pair
    {
        public long Count { get; set; }

        public List<int> Words { get; } = [];
    }

    private sealed class MostFrequentFirst : IComparer<(long Count, int Left, int Right)>
    {
        public int Compare((long Count, int Left, int Right) x, (long Count, int Left, int Right) y)
        {
            int byCount = y.Count.CompareTo(x.Count);
            return byCount != 0 ? byCount : (x.Left, x.Right).CompareTo((y.Left, y.Right));
        }
    }
}
