using Grimoire.Models.Formats;

namespace Grimoire.Models.Tokenizers;

/// <summary>SentencePiece vocabularies in GGUF: pieces with scores and kinds, and how a text is prepared.</summary>
internal static class GgufSentencePieces
{
    public static Tokenizer Read(GgufPieces tokens, bool unigram)
    {
        var vocabulary = new SentencePieces
        {
            Source = GgufKeys.Tokens,
            Pieces = tokens.Pieces,
            Unigram = unigram,
            ByteFallback = tokens.Pieces.Any(piece => piece.Kind == PieceKind.Byte),
            CharacterMap = CharacterMap(tokens.Metadata),
            AddDummyPrefix = tokens.Flag(GgufKeys.SpacePrefix) ?? true,
            RemoveExtraSpaces = tokens.Flag(GgufKeys.RemoveExtraSpaces) ?? false,
            Unknown = tokens.Id("unk_token") ?? Default(tokens, unigram ? 2 : 0, PieceKind.Unknown),
            BeginOfText = tokens.Id("bos_token") ?? (unigram ? null : Default(tokens, 1, PieceKind.Control)),
            EndOfText = tokens.Id("eos_token") ?? Default(tokens, unigram ? 1 : 2, PieceKind.Control),
        };
        return SentencePieceTokenizer.Build(vocabulary, tokens.Settings(), SwallowingTokens(tokens, unigram));
    }

    public static List<KeyValuePair<string, GgufValue>> Write(Tokenizer tokenizer, TokenModel model, int size)
    {
        SentencePieceSteps steps = SentencePieceSteps.Of(tokenizer) is { EscapeSpaces: true } found
            ? found
            : throw new GrimoireException("The tokenizer prepares text in a way that is not SentencePiece's, so a GGUF file cannot say it.");
        bool unigram = model is Unigram;
        if (!unigram && (steps.RemoveExtraSpaces || steps.CharacterMap.Length > 0))
            throw new GrimoireException(
                "The tokenizer replaces characters or removes spaces before BPE, which readers of a GGUF file leave out; the ids would differ.");
        float[] scores = model is Unigram { Scores: var given } ? [.. given.Select(score => (float)score)] : ScoresOfMerges((Bpe)model);
        (string[] Texts, int[] Kinds) tokens = GgufVocabulary.Tokens(tokenizer, size, piece => piece);
        for (int value = 0; value < 256; value++)
        {
            if (model.Vocabulary.Find(Bpe.ByteName((byte)value)) is { } id)
                tokens.Kinds[id] = (int)PieceKind.Byte;
        }

        List<KeyValuePair<string, GgufValue>> values = GgufVocabulary.Common(unigram ? "t5" : "llama", GgufWordCuts.Default, tokens);
        Array.Resize(ref scores, size);
        values.Add(new(GgufKeys.Scores, GgufValue.Of(scores)));
        values.Add(new(GgufKeys.SpacePrefix, GgufValue.Of(steps.AddDummyPrefix)));
        values.AddRange(GgufVocabulary.Around(tokenizer));
        if (unigram)
            values.Add(new(GgufKeys.RemoveExtraSpaces, GgufValue.Of(steps.RemoveExtraSpaces)));
        if (steps.CharacterMap.Length > 0)
            values.Add(new(GgufKeys.CharacterMap, GgufValue.Of(steps.CharacterMap.AsSpan())));
        return values;
    }

    /// <summary>
    /// Scores under which pieces merge in the order of the merges. GGUF's readers merge any two pieces that make a third, the better third first, so the merges
    /// must be those.
    /// </summary>
    private static float[] ScoresOfMerges(Bpe model)
    {
        var scores = new float[model.Vocabulary.Size];
        Array.Fill(scores, -model.Merges.Count);
        for (int rank = model.Merges.Count - 1; rank >= 0; rank--)
            scores[model.Merges[rank].Merged] = -rank;
        HashSet<int> made = [.. model.Merges.Select(merge => merge.Merged)];
        List<Merge> implied = RankedPieces.Merges(model.Vocabulary, made.OrderByDescending(id => scores[id]), "the tokenizer");
        return implied.Select(Unordered).SequenceEqual(model.Merges.Select(Unordered)) || SameByPiece(implied, model.Merges)
            ? scores
            : throw new GrimoireException(
                "The tokenizer merges pieces in an order that no scores give, and GGUF has only scores for SentencePiece's BPE; the ids would differ.");

        static (int, int, int) Unordered(Merge merge) => (merge.Merged, merge.Left, merge.Right);
    }

    /// <summary>Whether two lists make the same pieces in the same order, each by the same merges in any order.</summary>
    private static bool SameByPiece(List<Merge> implied, IReadOnlyList<Merge> merges)
    {
        if (implied.Count != merges.Count)
            return false;
        for (int start = 0, end; start < implied.Count; start = end)
        {
            for (end = start + 1; end < implied.Count && implied[end].Merged == implied[start].Merged; end++)
            {
            }

            if (!implied[start..end].ToHashSet().SetEquals(merges.Skip(start).Take(end - start)))
                return false;
        }

        return true;
    }

    private static byte[] CharacterMap(GgufMetadata metadata) =>
        [.. (metadata.Ints(GgufKeys.CharacterMap) ?? [])
            .Select(value => value is >= sbyte.MinValue and <= byte.MaxValue ? (byte)value
                : throw metadata.Refusal(GgufKeys.CharacterMap, "bytes are expected"))];

    /// <summary>The id that a file without the key means, if it is of that kind.</summary>
    private static int? Default(GgufPieces tokens, int id, PieceKind kind) => id < tokens.Pieces.Length && tokens.Pieces[id].Kind == kind ? id : null;

    /// <summary>Phi-3's special tokens swallow the white space behind them, which a GGUF file does not say.</summary>
    private static AddedToken[] SwallowingTokens(GgufPieces tokens, bool unigram)
    {
        if (unigram || tokens.Metadata.Text("general.architecture", "") != "phi3")
            return [];
        string[] others = ["<unk>", "<s>", "<|endoftext|>"];
        return [.. tokens.Pieces.Select((piece, id) => (piece, id))
            .Where(token => token.piece.Kind == PieceKind.Control && !others.Contains(token.piece.Text))
            .Select(token => new AddedToken(token.id, token.piece.Text) { StripRight = true })];
    }
}
