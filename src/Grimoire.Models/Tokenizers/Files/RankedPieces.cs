using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

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

    /// <summary>OpenAI's format: in each line the base64 of a piece's bytes and its rank, which is its id.</summary>
    public static Tokenizer LoadTiktoken(string path, SplitPattern pattern, IReadOnlyList<AddedToken> special, string? beginOfText, string? endOfText)
    {
        Dictionary<int, string> pieces = [];
        int number = 0;
        foreach (string line in ReadLines(path))
        {
            number++;
            int space = line.IndexOf(' ');
            if (line.Length == 0)
                continue;
            if (space < 0 || !int.TryParse(line.AsSpan(space + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int rank) || rank > TokenizerJson.LargestId
                || !Base64.IsValid(line.AsSpan(0, space)) || !pieces.TryAdd(rank, ByteAlphabet.Spell(Convert.FromBase64String(line[..space]))))
            {
                throw new GrimoireException($"{path}: line {number} is no piece in base64 with a rank of its own; is this a tiktoken file?");
            }
        }

        var byId = new string?[pieces.Count == 0 ? 0 : pieces.Keys.Max() + 1];
        foreach ((int rank, string piece) in pieces)
            byId[rank] = piece;
        var vocabulary = new Vocabulary(byId);
        var model = new Bpe(vocabulary, Merges(vocabulary, pieces.Keys.Order()), new BpeSettings { ByteLevel = true, IgnoreMerges = true });
        TokenizerParts parts = StandardParts.ByteLevel(pattern);
        AddedToken? begin = special.FirstOrDefault(token => token.Content == beginOfText);
        if (begin is not null && begin.Content != endOfText)
            parts = parts with { PostProcessor = StandardParts.BeginWith(begin.Content, begin.Id) };
        return TokenizerJson.Create(model, parts, special, new TokenizerSettings { BeginOfText = beginOfText, EndOfText = endOfText });
    }

    /// <summary>
    /// llama2.c's format: the longest piece's length, then for each id a float32 score, the length and the bytes of its piece (spaces as they are).
    /// A SentencePiece BPE with &lt;unk&gt;, &lt;s&gt;, &lt;/s&gt; and the bytes as ids 0, 1, 2 and 3 to 258.
    /// </summary>
    public static Tokenizer LoadLlama2c(string path)
    {
        byte[] file = ReadBytes(path);
        List<string> pieces = [];
        List<float> scores = [];
        for (int at = 4; at < file.Length;)
        {
            int length = file.Length - at >= 8 ? BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at + 4)) : -1;
            if (length < 0 || length > file.Length - at - 8 || pieces.Count > TokenizerJson.LargestId)
                throw new GrimoireException($"{path}: piece {pieces.Count} runs past the end of the file; is this a tokenizer of llama2.c?");
            scores.Add(BinaryPrimitives.ReadSingleLittleEndian(file.AsSpan(at)));
            pieces.Add(Encoding.UTF8.GetString(file, at + 8, length).Replace(' ', Bpe.Metaspace));
            at += 8 + length;
        }

        const int Bytes = 3, Ordinary = Bytes + 256;
        if (pieces.Count < Ordinary)
            throw new GrimoireException($"{path}: {pieces.Count} pieces are too few for a tokenizer of llama2.c, which begins with 3 special ones and 256 bytes.");
        string[] special = ["<unk>", "<s>", "</s>"];
        for (int id = 0; id < Bytes; id++)
            pieces[id] = special[id];
        var vocabulary = new Vocabulary([.. pieces]);
        List<Merge> merges = Merges(vocabulary, Enumerable.Range(Ordinary, pieces.Count - Ordinary).OrderByDescending(id => scores[id]));
        var model = new Bpe(vocabulary, merges, new BpeSettings { ByteFallback = true, FuseUnknown = true, Unknown = special[0] });
        TokenizerParts parts = StandardParts.SentencePiece with { PostProcessor = StandardParts.BeginWith(special[1], 1) };
        return TokenizerJson.Create(model, parts, [.. special.Select((content, id) => new AddedToken(id, content))], new TokenizerSettings { BeginOfText = special[1], EndOfText = special[2] });
    }

    private static byte[] ReadBytes(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GrimoireException($"{path}: cannot be read ({e.Message.TrimEnd('.')}).", e);
        }
    }

    /// <summary>The lines of a text file, without the carriage returns of other systems.</summary>
    internal static IEnumerable<string> ReadLines(string path) => Encoding.UTF8.GetString(ReadBytes(path)).Split('\n').Select(line => line.TrimEnd('\r'));
}
