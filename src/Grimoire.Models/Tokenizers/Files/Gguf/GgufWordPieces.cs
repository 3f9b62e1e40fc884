using Grimoire.Models.Formats;

namespace Grimoire.Models.Tokenizers;

/// <summary>WordPiece in GGUF: pieces that begin a word have a ▁ in front, those that go on with one have nothing.</summary>
internal static class GgufWordPieces
{
    private const string Continuing = "##", Beginning = "▁";

    /// <summary>BERT's own limit; a GGUF file has none.</summary>
    private const int LongestWord = 200;

    public static Tokenizer Read(GgufPieces tokens)
    {
        // BERT's ids, where the file does not say others.
        int unknown = tokens.Id("unk_token") ?? 100, begin = tokens.Id("cls_token") ?? tokens.Id("bos_token") ?? 101, end = tokens.Id("sep_token") ?? 102;
        HashSet<int> special = [unknown, begin, end, .. GgufKeys.Ids.Select(id => tokens.Id(id.Config)).OfType<int>()];
        if (special.Max() >= tokens.Pieces.Length)
            throw tokens.Metadata.Refusal(
                GgufKeys.Tokens, $"the special tokens have the ids {unknown}, {begin} and {end}, and there are only {tokens.Pieces.Length} tokens");
        special.UnionWith(Enumerable.Range(0, tokens.Pieces.Length).Where(id => tokens.Pieces[id].Kind is PieceKind.Control or PieceKind.Unknown));
        var vocabulary = new Vocabulary(
            [.. tokens.Pieces.Select((piece, id) => tokens.IsFiller(id) ? null : special.Contains(id) ? piece.Text : Spell(piece.Text))]);
        string Text(int id) => tokens.Pieces[id].Text;
        bool lowercase = tokens.Flag(GgufKeys.Lowercase) ?? true;
        TokenizerSettings settings = tokens.Settings() with { BeginOfText = Text(begin), EndOfText = Text(end) };
        bool begins = settings.AddBeginOfText ?? true, ends = tokens.Flag(GgufKeys.AddSeparator) ?? true;
        TokenizerParts bert = StandardParts.Bert(lowercase, (Text(begin), begin), (Text(end), end), stripAccents: tokens.Flag(GgufKeys.StripAccents));
        TokenizerParts parts = begins && ends ? bert : bert with
        {
            PostProcessor = StandardParts.Around(begins ? (Text(begin), begin) : null, ends ? (Text(end), end) : null),
        };
        List<AddedToken> added = [.. special.Order().Select(id => new AddedToken(id, Text(id)))];
        return TokenizerJson.Create(new WordPiece(vocabulary,
            new WordPieceSettings { Unknown = Text(unknown), ContinuingPrefix = Continuing, LongestWord = LongestWord }), parts, added, settings);
    }

    public static List<KeyValuePair<string, GgufValue>> Write(Tokenizer tokenizer, WordPiece model, int size)
    {
        JsonPlace normalizer = JsonPlace.Parse(System.Text.Encoding.UTF8.GetBytes(tokenizer.Pipeline.Parts.Normalizer ?? "null"), "tokenizer");
        JsonPlace words = JsonPlace.Parse(System.Text.Encoding.UTF8.GetBytes(tokenizer.Pipeline.Parts.PreTokenizer ?? "null"), "tokenizer");
        if (normalizer["type"].TextOrNull() != "BertNormalizer" || words["type"].TextOrNull() != "BertPreTokenizer")
            throw new GrimoireException("The tokenizer prepares text otherwise than BERT's, so a GGUF file cannot say it.");
        bool lowercase = normalizer["lowercase"].Flag(true);
        Template around = tokenizer.Pipeline.Template;
        if (around.Before.Length > 1 || around.After.Length > 1)
            throw new GrimoireException("The tokenizer puts more than one id before or after a text, which GGUF cannot say.");
        string prefix = model.Settings.ContinuingPrefix;
        HashSet<int> special = [.. tokenizer.AddedTokens.Select(token => token.Id)];
        List<KeyValuePair<string, GgufValue>> values = GgufVocabulary.Common("bert", GgufWordCuts.Default,
            GgufVocabulary.Tokens(tokenizer, size, piece => piece.StartsWith(prefix, StringComparison.Ordinal) ? piece[prefix.Length..] : Beginning + piece));
        values.Add(new(GgufKeys.AddBegin, GgufValue.Of(around.Before.Length > 0)));
        values.Add(new(GgufKeys.AddSeparator, GgufValue.Of(around.After.Length > 0)));
        values.Add(new(GgufKeys.Lowercase, GgufValue.Of(lowercase)));
        values.Add(new(GgufKeys.StripAccents, GgufValue.Of(normalizer["strip_accents"].Flag(lowercase))));
        return values;
    }

    private static string Spell(string text) =>
        text.StartsWith(Beginning, StringComparison.Ordinal) && text.Length > 1 ? text[1..] : text is ['[', .., ']'] ? text : Continuing + text;
}
