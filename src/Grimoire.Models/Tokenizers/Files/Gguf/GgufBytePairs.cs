using Grimoire.Models.Formats;

namespace Grimoire.Models.Tokenizers;

/// <summary>Byte-level BPE in GGUF: pieces in GPT-2's spelling, merges in order, and a name for the way in which words are cut.</summary>
internal static class GgufBytePairs
{
    public static Tokenizer Read(GgufPieces tokens)
    {
        GgufMetadata metadata = tokens.Metadata;
        GgufWordCuts cuts = GgufWordCuts.Named(metadata.Text(GgufKeys.Cuts, GgufWordCuts.Default)) ?? throw metadata.Refusal(
            GgufKeys.Cuts, $"how this one cuts words is not known; {GgufWordCuts.Names} are");
        List<AddedToken> added = AddedTokens(tokens);
        HashSet<int> apart = [.. added.Select(token => token.Id)];
        var vocabulary = new Vocabulary([.. tokens.Pieces.Select((piece, id) => IsPiece(tokens, id, apart.Contains(id)) ? piece.Text : null)]);
        IReadOnlyList<string> merges = metadata.Texts(GgufKeys.Merges) ?? throw metadata.Refusal(GgufKeys.Merges, "byte-level BPE needs its merges");
        var model = new Bpe(vocabulary, [.. merges.Select((merge, rank) => Merge(merge, rank, vocabulary, metadata))], new BpeSettings
        {
            ByteLevel = true,
            IgnoreMerges = cuts.IgnoreMerges,
            Unknown = tokens.Id("unk_token") is { } unknown && tokens.Pieces[unknown].Kind == PieceKind.Unknown ? tokens.Pieces[unknown].Text : null,
        });
        TokenizerSettings settings = tokens.Settings();
        bool begins = settings.AddBeginOfText ?? cuts.AddBeginOfText;
        TokenizerParts parts = cuts.Parts with
        {
            PostProcessor = StandardParts.Around(Special(begins, tokens, "bos_token"), Special(settings.AddEndOfText == true, tokens, "eos_token"))
                ?? cuts.Parts.PostProcessor,
        };
        return TokenizerJson.Create(model, parts, added, settings);
    }

    public static List<KeyValuePair<string, GgufValue>> Write(Tokenizer tokenizer, Bpe model, int size)
    {
        GgufWordCuts cuts = GgufWordCuts.Of(tokenizer) ?? throw new GrimoireException(
            "GGUF has no name for the way in which this tokenizer prepares and cuts words.");
        if (cuts.IgnoreMerges != model.Settings.IgnoreMerges && FirstUnmerged(model) is { } piece)
        {
            throw new GrimoireException(
                $"The tokenizer takes whole words {(model.Settings.IgnoreMerges ? "before" : "only by")} merging, " +
                $"and GGUF's {cuts.Name} does otherwise; {piece.Quoted()} would get other ids.");
        }

        // Merges are written with a space between the two pieces.
        if (model.Merges.Any(merge => model.Vocabulary[merge.Merged]!.Contains(' ')))
            throw new GrimoireException("A merge of the tokenizer holds a space, which GGUF cannot say.");
        return
        [
            .. GgufVocabulary.Common("gpt2", cuts.Name, GgufVocabulary.Tokens(tokenizer, size, piece => piece)),
            new(GgufKeys.Merges, GgufValue.Of([.. model.Merges.Select(merge => $"{model.Vocabulary[merge.Left]} {model.Vocabulary[merge.Right]}")])),
            .. GgufVocabulary.Around(tokenizer),
        ];
    }

    /// <summary>A piece that as a whole word merges to something else, or null: then it is the same whether whole words are taken first.</summary>
    private static string? FirstUnmerged(Bpe model)
    {
        var merging = new Bpe(model.Vocabulary, model.Merges, model.Settings with { IgnoreMerges = false });
        List<int> ids = [];
        foreach ((string word, int id) in merging.WholeWords())
        {
            ids.Clear();
            merging.Encode(word, ids);
            if (ids is not [var only] || only != id)
                return word;
        }

        return null;
    }

    /// <summary>Tokens beside the pieces: those of the special kinds, and those that end or begin a text whatever their kind.</summary>
    private static List<AddedToken> AddedTokens(GgufPieces tokens)
    {
        List<AddedToken> added = [];
        for (int id = 0; id < tokens.Pieces.Length; id++)
        {
            ScoredPiece piece = tokens.Pieces[id];
            bool special = piece.Kind == PieceKind.Control || id == tokens.Id("bos_token") || id == tokens.Id("eos_token") || id == tokens.Id("eot_token");
            if (special || piece.Kind == PieceKind.UserDefined)
                added.Add(new AddedToken(id, piece.Text) { Special = special });
        }

        return added;
    }

    /// <summary>
    /// Whether a token is a piece of the model: an added one is where merges may make it, that is where it is spelled in the alphabet of bytes.
    /// </summary>
    private static bool IsPiece(GgufPieces tokens, int id, bool isAdded)
    {
        string text = tokens.Pieces[id].Text;
        return !tokens.IsFiller(id) && (!isAdded || ByteAlphabet.TryDecode(text, new byte[text.Length]));
    }

    private static Merge Merge(string merge, int rank, Vocabulary vocabulary, GgufMetadata metadata)
    {
        int space = merge.Length > 1 ? merge.IndexOf(' ', 1) : -1;
        return space > 0 && space < merge.Length - 1
            ? ModelReader.ReadMerge(merge.AsSpan(0, space), merge.AsSpan(space + 1), vocabulary, Error)
            : throw Error($"is {merge.Quoted()}, but must be two pieces with one space between them.");

        GrimoireException Error(string what) => metadata.Refusal(GgufKeys.Merges, $"merge {rank} {what.TrimEnd('.')}");
    }

    private static (string Token, int Id)? Special(bool asked, GgufPieces tokens, string name) =>
        asked && tokens.Id(name) is { } id ? (tokens.Pieces[id].Text, id) : null;
}
