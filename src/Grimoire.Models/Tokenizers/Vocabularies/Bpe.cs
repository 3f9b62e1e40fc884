using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Grimoire.Models.Tokenizers;

/// <summary>The settings of a BPE model beside its vocabulary and merges, as `tokenizer.json` has them.</summary>
internal sealed record BpeSettings
{
    /// <summary>Words are bytes (spelled by <see cref="ByteAlphabet"/>) rather than characters.</summary>
    public bool ByteLevel { get; init; }

    /// <summary>A character without a piece becomes its UTF-8 bytes, pieces named &lt;0x00&gt; to &lt;0xFF&gt;.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>A word that is a piece as a whole is not merged together but taken.</summary>
    public bool IgnoreMerges { get; init; }

    /// <summary>Neighbouring unknown characters become one unknown token.</summary>
    public bool FuseUnknown { get; init; }

    /// <summary>The piece for what has no other, or null: then such text is an error.</summary>
    public string? Unknown { get; init; }

    /// <summary>What stands before the characters or bytes that go on with a word.</summary>
    public string ContinuingPrefix { get; init; } = "";

    /// <summary>What stands after the last character or byte of a word, such as CLIP's &lt;/w&gt;.</summary>
    public string EndOfWord { get; init; } = "";
}

/// <summary>
/// Byte-pair encoding (Gage 1994; Sennrich, Haddow and Birch 2016): a word starts as its characters or bytes, and the neighbouring pair of the lowest rank
/// merges, the leftmost first, until none is left.
/// </summary>
internal sealed class Bpe : TokenModel
{
    private const int ShortWord = 48;
    private readonly MergeTable _merges;
    private readonly int[] _byteIds = new int[256];
    private readonly Dictionary<int, int> _characterIds = [];
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>>? _wholeWords;
    private readonly int _unknown;
    private readonly bool _affixed, _directBytes;

    /// <summary>A model from its pieces and its merges in order of rank, each a pair of ids and the id of the merged piece.</summary>
    public Bpe(Vocabulary vocabulary, IReadOnlyList<Merge> merges, BpeSettings settings)
        : base(vocabulary)
    {
        Merges = merges;
        Settings = settings;
        _unknown = settings.Unknown is null ? -1 : vocabulary.Find(settings.Unknown, -1);
        _merges = new MergeTable(merges.Count);
        for (int rank = 0; rank < merges.Count; rank++)
            _merges.Set(merges[rank].Left, merges[rank].Right, rank, merges[rank].Merged);
        for (int value = 0; value < 256; value++)
            _byteIds[value] = vocabulary.Find(settings.ByteLevel ? [ByteAlphabet.ToChar((byte)value)] : ByteName((byte)value), -1);
        IndexCharacters();
        _affixed = settings.ContinuingPrefix.Length + settings.EndOfWord.Length > 0;
        _directBytes = settings.ByteLevel && !_affixed && !_byteIds.Contains(-1);
        if (settings.IgnoreMerges)
            _wholeWords = WholeWords().GetAlternateLookup<ReadOnlySpan<char>>();
        bool cuts = !settings.ByteLevel && !settings.IgnoreMerges && !_affixed && _characterIds.ContainsKey(Metaspace)
            && vocabulary.CanCutBefore(Metaspace, merges.Select(merge => merge.Merged));
        CutBefore = cuts ? Metaspace : null;
    }

    /// <summary>SentencePiece's visible space, ▁.</summary>
    public const char Metaspace = '\u2581';

    public IReadOnlyList<Merge> Merges { get; }

    public BpeSettings Settings { get; }

    public override string? Unknown => Settings.Unknown;

    public override char? CutBefore { get; }

    /// <summary>The piece of a byte in vocabularies with byte fallback, such as &lt;0x0A&gt;.</summary>
    public static string ByteName(byte value) => string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>");

    public override void Encode(ReadOnlySpan<char> word, List<int> ids)
    {
        if (_wholeWords is { } whole && whole.TryGetValue(word, out int id))
        {
            ids.Add(id);
            return;
        }

        // Where bytes have no piece, or affixes, they are taken as the characters that spell them.
        if (Settings.ByteLevel && !_directBytes)
            word = new SpellBytes().Normalize(word);
        int most = word.Length * 3;
        int[]? rented = most <= 3 * ShortWord ? null : ArrayPool<int>.Shared.Rent(most);
        Span<int> symbols = rented ?? stackalloc int[3 * ShortWord];
        int count = _directBytes ? SplitBytes(word, symbols) : SplitCharacters(word, symbols);
        symbols = symbols[..count];
        if (Merges.Count > 0)
            symbols = symbols[..(count <= ShortWord ? MergeShort(symbols) : MergeLong(symbols))];
        ids.AddRange(symbols);
        if (rented is not null)
            ArrayPool<int>.Shared.Return(rented);
    }

    private int SplitBytes(ReadOnlySpan<char> word, Span<int> symbols)
    {
        int count = 0;
        Span<byte> utf8 = stackalloc byte[4];
        foreach (Rune rune in word.EnumerateRunes())
        {
            int length = rune.EncodeToUtf8(utf8);
            for (int i = 0; i < length; i++)
                symbols[count++] = _byteIds[utf8[i]];
        }

        return count;
    }

    private int SplitCharacters(ReadOnlySpan<char> word, Span<int> symbols)
    {
        int count = 0, at = 0;
        bool unknownBefore = false;
        Span<byte> utf8 = stackalloc byte[4];
        foreach (Rune rune in word.EnumerateRunes())
        {
            int start = at;
            at += rune.Utf16SequenceLength;
            if (_affixed ? Vocabulary.Find(Affixed(rune, start == 0, at == word.Length)) is { } id : _characterIds.TryGetValue(rune.Value, out id))
            {
                symbols[count++] = id;
                unknownBefore = false;
                continue;
            }

            ReadOnlySpan<byte> bytes = utf8[..rune.EncodeToUtf8(utf8)];
            if (Settings.ByteFallback && HasAll(bytes))
            {
                foreach (byte value in bytes)
                    symbols[count++] = _byteIds[value];
                unknownBefore = false;
                continue;
            }

            if (_unknown < 0)
                throw Missing(rune);
            if (!(unknownBefore && Settings.FuseUnknown))
                symbols[count++] = _unknown;
            unknownBefore = true;
        }

        return count;
    }

    private string Affixed(Rune rune, bool first, bool last) => $"{(first ? "" : Settings.ContinuingPrefix)}{rune}{(last ? Settings.EndOfWord : "")}";

    private bool HasAll(ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
        {
            if (_byteIds[value] < 0)
                return false;
        }

        return true;
    }

    /// <summary>Merges by looking at every pair each time: the fastest way for the words of a language.</summary>
    private int MergeShort(Span<int> symbols)
    {
        Span<int> ranks = stackalloc int[ShortWord];
        Span<int> merged = stackalloc int[ShortWord];
        int count = symbols.Length;
        for (int i = 0; i + 1 < count; i++)
            ranks[i] = _merges.Rank(symbols[i], symbols[i + 1], out merged[i]);
        while (count > 1)
        {
            int best = 0;
            for (int i = 1; i + 1 < count; i++)
            {
                if (ranks[i] < ranks[best])
                    best = i;
            }

            if (ranks[best] == int.MaxValue)
                break;
            symbols[best] = merged[best];
            count--;
            symbols[(best + 2)..(count + 1)].CopyTo(symbols[(best + 1)..]);
            ranks[(best + 1)..count].CopyTo(ranks[best..]);
            merged[(best + 1)..count].CopyTo(merged[best..]);
            if (best > 0)
                ranks[best - 1] = _merges.Rank(symbols[best - 1], symbols[best], out merged[best - 1]);
            if (best + 1 < count)
                ranks[best] = _merges.Rank(symbols[best], symbols[best + 1], out merged[best]);
        }

        return count;
    }

    /// <summary>Merges with a heap of pairs over a linked list: n log n, so that no text can make encoding quadratic.</summary>
    private int MergeLong(Span<int> symbols)
    {
        int count = symbols.Length;
        int[] next = ArrayPool<int>.Shared.Rent(count + 1), previous = ArrayPool<int>.Shared.Rent(count + 1);
        var pairs = new PriorityQueue<int, ulong>(count);
        for (int i = 0; i < count; i++)
        {
            next[i] = i + 1;
            previous[i] = i - 1;
        }

        for (int i = 0; i + 1 < count; i++)
            Offer(symbols, i, i + 1, pairs);
        while (pairs.TryDequeue(out int left, out ulong priority))
        {
            int right = next[left];
            // An entry is stale once one of its two symbols has merged with another.
            if (symbols[left] < 0 || right >= count || _merges.Rank(symbols[left], symbols[right], out int merged) != (int)(priority >> 32))
                continue;
            symbols[left] = merged;
            symbols[right] = -1;
            int after = next[right];
            next[left] = after;
            if (after < count)
            {
                previous[after] = left;
                Offer(symbols, left, after, pairs);
            }

            if (previous[left] >= 0)
                Offer(symbols, previous[left], left, pairs);
        }

        int kept = 0;
        for (int i = 0; i < count; i = next[i])
            symbols[kept++] = symbols[i];
        ArrayPool<int>.Shared.Return(next);
        ArrayPool<int>.Shared.Return(previous);
        return kept;
    }

    private void Offer(Span<int> symbols, int left, int right, PriorityQueue<int, ulong> pairs)
    {
        int rank = _merges.Rank(symbols[left], symbols[right], out _);
        if (rank != int.MaxValue)
            pairs.Enqueue(left, ((ulong)(uint)rank << 32) | (uint)left);
    }

    private void IndexCharacters()
    {
        for (int id = 0; id < Vocabulary.Size; id++)
        {
            if (Vocabulary[id] is { Length: 1 or 2 } piece
                && Rune.DecodeFromUtf16(piece, out Rune rune, out int length) == OperationStatus.Done && length == piece.Length)
                _characterIds[rune.Value] = id;
        }
    }

    /// <summary>The pieces that are text, as text.</summary>
    public Dictionary<string, int> WholeWords()
    {
        var words = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int id = 0; id < Vocabulary.Size; id++)
        {
            if (Vocabulary[id] is not { } piece)
                continue;
            var bytes = new byte[piece.Length];
            if (!Settings.ByteLevel)
                words.TryAdd(piece, id);
            else if (ByteAlphabet.TryDecode(piece, bytes) && System.Text.Unicode.Utf8.IsValid(bytes))
                words.TryAdd(Encoding.UTF8.GetString(bytes), id);
        }

        return words;
    }

    private static GrimoireException Missing(Rune rune) =>
        new($"The character {rune.ToString().Quoted()} (U+{rune.Value:X4}) is not in the tokenizer's vocabulary, which has no unknown token; " +
            "remove it from the text, or train with an unknown token or with bytes.");
}

/// <summary>Two neighbouring ids become one.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Merge(int Left, int Right, int Merged);
