namespace Grimoire.Models.Tokenizers;

/// <summary>The steps of a tokenizer, built, and the JSON that describes them in a tokenizer file.</summary>
internal sealed record TokenizerPipeline(TokenModel Model, TokenizerParts Parts)
{
    public Normalizer? Normalizer { get; init; }

    public PreTokenizer? PreTokenizer { get; init; }

    public Template Template { get; init; } = Template.Empty;

    public Decoder Decoder { get; init; } = new() { Separator = " " };
}

/// <summary>The JSON texts of the steps as `tokenizer.json` has them; null where a step is missing.</summary>
internal sealed record TokenizerParts
{
    public string? Normalizer { get; init; }

    public string? PreTokenizer { get; init; }

    public string? PostProcessor { get; init; }

    public string? Decoder { get; init; }

    /// <summary>
    /// A map of characters (<see cref="Precompiled"/>) and the scores of unigrams are used as SentencePiece uses them and not as Hugging Face's libraries do. A
    /// tokenizer file has no word for this; its configuration has one here.
    /// </summary>
    public bool LikeSentencePiece { get; init; }
}

/// <summary>The ids put around a single text.</summary>
internal sealed record Template(int[] Before, int[] After)
{
    public static Template Empty { get; } = new([], []);
}

/// <summary>What `tokenizer_config.json` and its neighbours add.</summary>
internal sealed record TokenizerSettings
{
    public string? BeginOfText { get; init; }

    public string? EndOfText { get; init; }

    /// <summary>Tokens that end a turn rather than the text.</summary>
    public IReadOnlyList<string> TurnEnds { get; init; } = [];

    /// <summary>Whether the begin of text is put before a text; null where the files do not say.</summary>
    public bool? AddBeginOfText { get; init; }

    /// <summary>Whether the end of text is put after a text; null where the files do not say.</summary>
    public bool? AddEndOfText { get; init; }

    /// <summary>See <see cref="TokenizerParts.LikeSentencePiece"/>.</summary>
    public bool LikeSentencePiece { get; init; }

    /// <summary>The whole file as read, so that saving loses nothing of it (a chat template, say).</summary>
    public string? Json { get; init; }
}
