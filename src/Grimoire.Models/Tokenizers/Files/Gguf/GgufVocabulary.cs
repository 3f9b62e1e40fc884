using System.Text;
using Grimoire.Models.Formats;

namespace Grimoire.Models.Tokenizers;

/// <summary>
/// Vocabularies in the metadata of GGUF files, in and out: byte-level BPE ("gpt2"), SentencePiece's BPE ("llama") and unigram ("t5"), WordPiece ("bert"), and
/// characters and words, which only Grimoire reads (<see cref="GgufWholeWords"/>).
/// What is read behaves as the tokenizer from which the file was made; what is written behaves the same in llama.cpp, as far as that goes.
/// </summary>
internal static class GgufVocabulary
{
    private const string BytePairs = "gpt2", SentencePieceBpe = "llama", SentencePieceUnigram = "t5", WordPieces = "bert";

    /// <summary>The tokenizer of a file.</summary>
    /// <exception cref="GrimoireException">There is none, or it is broken or of a kind that is not known.</exception>
    public static Tokenizer Read(GgufMetadata metadata) => metadata.Text(GgufKeys.Model) switch
    {
        BytePairs => GgufBytePairs.Read(new GgufPieces(metadata)),
        SentencePieceBpe => GgufSentencePieces.Read(new GgufPieces(metadata), unigram: false),
        SentencePieceUnigram => GgufSentencePieces.Read(new GgufPieces(metadata), unigram: true),
        WordPieces => GgufWordPieces.Read(new GgufPieces(metadata)),
        GgufWholeWords.Kind when metadata.Has(GgufKeys.WholeFile) => GgufWholeWords.Read(metadata),
        GgufWholeWords.Kind or "no_vocab" => throw metadata.Refusal(GgufKeys.Model, "the file has no tokenizer"),
        _ => throw metadata.Refusal(GgufKeys.Model, $"the kinds {BytePairs}, {SentencePieceBpe}, {SentencePieceUnigram} and {WordPieces} are known"),
    };

    /// <summary>The metadata of a tokenizer.</summary>
    /// <param name="tokenizer">Any that GGUF can express.</param>
    /// <param name="size">The rows of the model's embedding; ids without a token are filled up. 0 for as many as there are.</param>
    /// <exception cref="GrimoireException">GGUF cannot express the tokenizer.</exception>
    public static IReadOnlyList<KeyValuePair<string, GgufValue>> Write(Tokenizer tokenizer, int size = 0)
    {
        size = Math.Max(size, tokenizer.VocabularySize);
        List<KeyValuePair<string, GgufValue>> values = tokenizer.Model switch
        {
            _ when GgufWholeWords.Takes(tokenizer) => GgufWholeWords.Write(tokenizer),
            Bpe model when model.Settings.ByteLevel || tokenizer.Decoder.ByteLevel => GgufBytePairs.Write(tokenizer, model, size),
            Bpe model => GgufSentencePieces.Write(tokenizer, model, size),
            Unigram model => GgufSentencePieces.Write(tokenizer, model, size),
            WordPiece model => GgufWordPieces.Write(tokenizer, model, size),
            _ => throw new InvalidOperationException($"a vocabulary of {tokenizer.Model.GetType().Name} is not known"),
        };
        JsonPlace config = JsonPlace.Parse(Encoding.UTF8.GetBytes(tokenizer.Settings.Json ?? "{}"), "tokenizer_config.json");
        foreach ((string key, string name) in GgufKeys.Ids)
        {
            if (IdOf(tokenizer, name, config) is { } id)
                values.Add(new(key, GgufValue.Of((uint)id)));
        }

        return values;
    }

    /// <summary>Tokens by id with their kinds: the model's pieces spelled by <paramref name="spell"/>, added tokens as they are, filled up.</summary>
    public static (string[] Texts, int[] Kinds) Tokens(Tokenizer tokenizer, int size, Func<string, string> spell)
    {
        var texts = new string[size];
        var kinds = new int[size];
        for (int id = 0; id < size; id++)
        {
            string? piece = tokenizer.Model.Vocabulary[id];
            (texts[id], kinds[id]) = piece is null ? (GgufPieces.FillerName(id), (int)PieceKind.Unused) : (spell(piece), (int)PieceKind.Normal);
        }

        foreach (AddedToken token in tokenizer.AddedTokens)
            (texts[token.Id], kinds[token.Id]) = (token.Content, (int)(token.Special ? PieceKind.Control : PieceKind.UserDefined));
        if (tokenizer.Model.Unknown is { } unknown && tokenizer.Model.Vocabulary.Find(unknown) is { } unknownId)
            (texts[unknownId], kinds[unknownId]) = (unknown, (int)PieceKind.Unknown);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        if (Array.Find(texts, text => !seen.Add(text)) is { } twice)
            throw new GrimoireException($"Two tokens would be spelled {twice.Quoted()} in a GGUF file, where each needs a text of its own.");
        return (texts, kinds);
    }

    public static List<KeyValuePair<string, GgufValue>> Common(string kind, string cuts, (string[] Texts, int[] Kinds) tokens) =>
    [
        new(GgufKeys.Model, GgufValue.Of(kind)), new(GgufKeys.Cuts, GgufValue.Of(cuts)), new(GgufKeys.Tokens, GgufValue.Of(tokens.Texts)),
        new(GgufKeys.Types, GgufValue.Of(tokens.Kinds)),
    ];

    /// <summary>Whether the begin and the end are put around a text; other ids around a text cannot be said.</summary>
    public static IEnumerable<KeyValuePair<string, GgufValue>> Around(Tokenizer tokenizer)
    {
        Template template = tokenizer.Pipeline.Template;
        bool begins = template.Before.Length == 1 && template.Before[0] == tokenizer.BeginOfText,
            ends = template.After.Length == 1 && template.After[0] == tokenizer.EndOfText;
        if ((template.Before.Length > 0 && !begins) || (template.After.Length > 0 && !ends))
            throw new GrimoireException("The tokenizer puts other ids around a text than its begin and its end, which GGUF cannot say.");
        return [new(GgufKeys.AddBegin, GgufValue.Of(begins)), new(GgufKeys.AddEnd, GgufValue.Of(ends))];
    }

    private static int? IdOf(Tokenizer tokenizer, string name, JsonPlace config)
    {
        string? content = name switch
        {
            "bos_token" => tokenizer.Settings.BeginOfText,
            "eos_token" => tokenizer.Settings.EndOfText,
            "unk_token" => tokenizer.Model.Unknown,
            _ => TokenizerFolder.TokenText(config[name]),
        };
        return content is null ? null : tokenizer.Id(content);
    }
}
