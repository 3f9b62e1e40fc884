namespace Grimoire.Models.Tokenizers;

/// <summary>
/// A tokenizer that does with a SentencePiece vocabulary what SentencePiece does, made of the steps of <c>tokenizer.json</c>. A text is prepared stretch by
/// stretch between special tokens, so each stretch gets its dummy space, as in Hugging Face's and llama.cpp's conversions.
/// </summary>
internal static class SentencePieceTokenizer
{
    /// <summary>Builds it.</summary>
    /// <param name="vocabulary">The vocabulary as its file has it.</param>
    /// <param name="settings">What files beside it say; it goes before what the vocabulary says.</param>
    /// <param name="added">Tokens that the vocabulary does not have, or has without these properties.</param>
    public static Tokenizer Build(SentencePieces vocabulary, TokenizerSettings settings, IReadOnlyList<AddedToken> added)
    {
        TokenModel model = vocabulary.Unigram ? BuildUnigram(vocabulary) : BuildBpe(vocabulary);
        settings = settings with
        {
            BeginOfText = settings.BeginOfText ?? Text(vocabulary, vocabulary.BeginOfText),
            EndOfText = settings.EndOfText ?? Text(vocabulary, vocabulary.EndOfText),
            // Llama's way with BPE, T5's with unigram.
            AddBeginOfText = settings.AddBeginOfText ?? vocabulary.AddBeginOfText ?? !vocabulary.Unigram,
            AddEndOfText = settings.AddEndOfText ?? vocabulary.AddEndOfText ?? vocabulary.Unigram,
        };
        List<AddedToken> tokens = AddedTokens(vocabulary, added);
        TokenizerParts parts = Parts(vocabulary) with
        {
            PostProcessor = StandardParts.Around(
                settings.AddBeginOfText == true ? Find(settings.BeginOfText, tokens) : null,
                settings.AddEndOfText == true ? Find(settings.EndOfText, tokens) : null),
        };
        return TokenizerJson.Create(model, parts, tokens, settings);
    }

    private static Bpe BuildBpe(SentencePieces vocabulary)
    {
        IReadOnlyList<ScoredPiece> pieces = vocabulary.Pieces;
        var spelled = new Vocabulary([.. pieces.Select(piece => piece.Text)]);
        IEnumerable<int> order = Enumerable.Range(0, pieces.Count).Where(id => pieces[id].Kind == PieceKind.Normal).OrderByDescending(id => pieces[id].Score);
        return new Bpe(spelled, RankedPieces.Merges(spelled, order, vocabulary.Source), new BpeSettings
        {
            ByteFallback = vocabulary.ByteFallback,
            FuseUnknown = true,
            Unknown = Text(vocabulary, vocabulary.Unknown),
        });
    }

    private static Unigram BuildUnigram(SentencePieces vocabulary)
    {
        IReadOnlyList<ScoredPiece> pieces = vocabulary.Pieces;
        return new Unigram(new Vocabulary([.. pieces.Select(piece => piece.Text)]), [.. pieces.Select(piece => (double)piece.Score)], new UnigramSettings
        {
            Unknown = Text(vocabulary, vocabulary.Unknown),
            ByteFallback = vocabulary.ByteFallback,
            SinglePrecision = true,
            Hidden = Enumerable.Range(0, pieces.Count).Where(id => pieces[id].Kind is not (PieceKind.Normal or PieceKind.UserDefined)).ToHashSet(),
        });
    }

    /// <summary>The special pieces, and those that stand for themselves. The unknown piece is one of them only where bytes leave nothing unknown.</summary>
    private static List<AddedToken> AddedTokens(SentencePieces vocabulary, IReadOnlyList<AddedToken> added)
    {
        Dictionary<int, AddedToken> tokens = added.ToDictionary(token => token.Id);
        for (int id = 0; id < vocabulary.Pieces.Count; id++)
        {
            ScoredPiece piece = vocabulary.Pieces[id];
            // An unused piece of a unigram vocabulary is kept from spelling text by being special.
            bool special = piece.Kind == PieceKind.Control || (piece.Kind == PieceKind.Unknown && vocabulary.ByteFallback)
                || (piece.Kind == PieceKind.Unused && vocabulary.Unigram);
            if (special || piece.Kind == PieceKind.UserDefined)
                tokens.TryAdd(id, new AddedToken(id, piece.Text) { Special = special });
        }

        return [.. tokens.Values.OrderBy(token => token.Id)];
    }

    private static TokenizerParts Parts(SentencePieces vocabulary) => new()
    {
        LikeSentencePiece = true,
        Normalizer = StandardParts.SentencePieceNormalizer(vocabulary.CharacterMap, vocabulary.RemoveExtraSpaces, vocabulary.AddDummyPrefix,
            vocabulary.EscapeSpaces),
        Decoder = StandardParts.SentencePieceDecoder(
            vocabulary.ByteFallback ? null : Text(vocabulary, vocabulary.Unknown), vocabulary.UnknownSurface,
            strips: vocabulary.EscapeSpaces && (vocabulary.AddDummyPrefix || vocabulary.RemoveExtraSpaces)),
    };

    private static (string Token, int Id)? Find(string? content, List<AddedToken> tokens) =>
        tokens.Find(token => token.Content == content) is { } token ? (token.Content, token.Id) : null;

    private static string? Text(SentencePieces vocabulary, int? id) => id is { } index ? vocabulary.Pieces[index].Text : null;
}
