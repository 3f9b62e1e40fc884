using System.Buffers.Text;
using System.Globalization;

namespace Grimoire.Models.Tokenizers;

/// <summary>
/// OpenAI's format: in each line the base64 of a piece's bytes and its rank, which is its id. It names neither the pattern that cuts words nor the special
/// tokens; those of the published files are known by the file's name or size.
/// </summary>
internal static class Tiktoken
{
    private const string EndOfText = "<|endoftext|>";
    private const int Llama3Pieces = 128_000;

    /// <summary>Whether a file begins with such a line.</summary>
    public static bool Recognizes(ReadOnlySpan<byte> beginning)
    {
        int end = beginning.IndexOfAny((byte)'\r', (byte)'\n');
        ReadOnlySpan<byte> line = end < 0 ? beginning : beginning[..end];
        int space = line.IndexOf((byte)' ');
        return space > 0 && space < line.Length - 1 && Base64.IsValid(line[..space]) && line[(space + 1)..].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;
    }

    public static Tokenizer Load(string path, SplitPattern pattern, IReadOnlyList<AddedToken> special, string? beginOfText, string? endOfText) =>
        Build(ReadPieces(path), path, pattern, special, new TokenizerSettings { BeginOfText = beginOfText, EndOfText = endOfText });

    /// <summary>A file whose name says whose it is, or Llama 3's, which has a size of its own.</summary>
    /// <exception cref="GrimoireException">It is broken or unknown.</exception>
    public static Tokenizer LoadKnown(string path, TokenizerSettings settings, IReadOnlyList<AddedToken> added)
    {
        string?[] pieces = ReadPieces(path);
        string name = Path.GetFileNameWithoutExtension(path);
        (SplitPattern pattern, AddedToken[] special) = name switch
        {
            "gpt2" or "r50k_base" or "p50k_base" => (SplitPattern.Gpt2, [new AddedToken(50256, EndOfText)]),
            "cl100k_base" => (SplitPattern.Gpt4, Named((100257, EndOfText), (100258, "<|fim_prefix|>"), (100259, "<|fim_middle|>"), (100260, "<|fim_suffix|>"),
                (100276, "<|endofprompt|>"))),
            "o200k_base" => (SplitPattern.Gpt4o, Named((199999, EndOfText), (200018, "<|endofprompt|>"))),
            _ when pieces.Length == Llama3Pieces => (SplitPattern.Gpt4, Llama3Special()),
            _ => throw new GrimoireException(
                $"{path}: a tiktoken file does not say how text is cut into words; known by name are gpt2, r50k_base, p50k_base, cl100k_base, " +
                $"o200k_base and Llama 3's by its {Llama3Pieces} pieces. A tokenizer.json would say it."),
        };
        if (pieces.Length == Llama3Pieces)
            settings = settings with { BeginOfText = settings.BeginOfText ?? special[0].Content, EndOfText = settings.EndOfText ?? special[1].Content };
        return Build(pieces, path, pattern, added.Count > 0 ? added : special, settings with { EndOfText = settings.EndOfText ?? EndOfText });
    }

    private static Tokenizer Build(string?[] pieces, string path, SplitPattern pattern, IReadOnlyList<AddedToken> special, TokenizerSettings settings)
    {
        var vocabulary = new Vocabulary(pieces);
        IEnumerable<int> order = Enumerable.Range(0, pieces.Length).Where(id => pieces[id] is not null);
        var model = new Bpe(vocabulary, RankedPieces.Merges(vocabulary, order, path), new BpeSettings { ByteLevel = true, IgnoreMerges = true });
        AddedToken? begin = special.FirstOrDefault(token => token.Content == settings.BeginOfText);
        TokenizerParts parts = StandardParts.ByteLevel(pattern);
        if (begin is not null && begin.Content != settings.EndOfText && settings.AddBeginOfText != false)
            parts = parts with { PostProcessor = StandardParts.Around((begin.Content, begin.Id), null) };
        return TokenizerJson.Create(model, parts, special, settings);
    }

    private static string?[] ReadPieces(string path)
    {
        Dictionary<int, string> pieces = [];
        int number = 0;
        foreach (string line in VocabularyFile.ReadLines(path))
        {
            number++;
            int space = line.IndexOf(' ');
            if (line.Length == 0)
                continue;
            if (space < 0 || !int.TryParse(line.AsSpan(space + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int rank)
                || rank > TokenizerJson.LargestId || !Base64.IsValid(line.AsSpan(0, space))
                || !pieces.TryAdd(rank, ByteAlphabet.Spell(Convert.FromBase64String(line[..space]))))
            {
                throw new GrimoireException($"{path}: line {number} is no piece in base64 with a rank of its own; is this a tiktoken file?");
            }
        }

        var byId = new string?[pieces.Count == 0 ? 0 : pieces.Keys.Max() + 1];
        foreach ((int rank, string piece) in pieces)
            byId[rank] = piece;
        return byId;
    }

    private static AddedToken[] Named(params (int Id, string Content)[] tokens) => [.. tokens.Select(token => new AddedToken(token.Id, token.Content))];

    private static AddedToken[] Llama3Special()
    {
        string[] first =
        [
            "begin_of_text", "end_of_text", "reserved_special_token_0", "reserved_special_token_1", "reserved_special_token_2", "reserved_special_token_3",
            "start_header_id", "end_header_id", "reserved_special_token_4", "eot_id",
        ];
        IEnumerable<string> rest = Enumerable.Range(5, 246).Select(number => string.Create(CultureInfo.InvariantCulture, $"reserved_special_token_{number}"));
        return [.. first.Concat(rest).Select((name, index) => new AddedToken(Llama3Pieces + index, $"<|{name}|>"))];
    }
}
