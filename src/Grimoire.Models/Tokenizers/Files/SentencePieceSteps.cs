using System.Text;

namespace Grimoire.Models.Tokenizers;

/// <summary>
/// What SentencePiece would call the normalizer and pre-tokenizer of a tokenizer file: the settings of <see cref="SentencePieces"/> that they amount to.
/// </summary>
internal sealed record SentencePieceSteps
{
    private const string Mark = "▁";

    public byte[] CharacterMap { get; init; } = [];

    public bool AddDummyPrefix { get; init; }

    public bool RemoveExtraSpaces { get; init; }

    public bool EscapeSpaces { get; init; }

    /// <summary>The settings of a tokenizer, or null where it does something that SentencePiece does not.</summary>
    public static SentencePieceSteps? Of(Tokenizer tokenizer)
    {
        SentencePieceSteps? steps = new();
        TokenizerParts parts = tokenizer.Pipeline.Parts;
        foreach (JsonPlace step in Flatten(parts.Normalizer, "normalizers").Concat(Flatten(parts.PreTokenizer, "pretokenizers")))
            steps = steps?.With(step, tokenizer.Model.Vocabulary);
        return steps;
    }

    private SentencePieceSteps? With(JsonPlace step, Vocabulary vocabulary) => step["type"].Text() switch
    {
        "Precompiled" when step["precompiled_charsmap"].TextOrNull() is { } map && this == new SentencePieceSteps() =>
            this with { CharacterMap = Convert.FromBase64String(map) },
        "Replace" => WithReplace(step["pattern"]["String"].TextOrNull(), step["pattern"]["Regex"].TextOrNull(), step["content"].Text()),
        "Strip" or "WhitespaceSplit" => this with { RemoveExtraSpaces = true },
        "Prepend" when step["prepend"].Text() is Mark or " " => this with { AddDummyPrefix = true },
        "Metaspace" when step["replacement"].TextOrNull() is Mark or null => WithMetaspace(step, vocabulary),
        // Gemma's: spaces are gone before it.
        "Split" when EscapeSpaces && step["pattern"]["String"].TextOrNull() == " " => this,
        _ => null,
    };

    private SentencePieceSteps? WithReplace(string? text, string? regex, string content) => (text ?? regex, content) switch
    {
        (" ", Mark) => this with { EscapeSpaces = true },
        (" {2,}", " " or Mark) when regex is not null => this with { RemoveExtraSpaces = true },
        (StandardParts.LeadingSpaces or StandardParts.TrailingSpaces, "") when regex is not null => this with { RemoveExtraSpaces = true },
        _ => null,
    };

    private SentencePieceSteps? WithMetaspace(JsonPlace step, Vocabulary vocabulary)
    {
        // Cutting before every mark is the same only where no piece reaches over one.
        if (step["split"].Flag(true) && !vocabulary.CanCutBefore(Mark[0], Enumerable.Range(0, vocabulary.Size).Where(id => vocabulary[id] is not null)))
            return null;
        bool prefixed = step["prepend_scheme"].TextOrNull() is { } scheme ? scheme != "never" : step["add_prefix_space"].Flag(true);
        return this with { EscapeSpaces = true, AddDummyPrefix = AddDummyPrefix || prefixed };
    }

    private static IEnumerable<JsonPlace> Flatten(string? json, string members) =>
        Flatten(JsonPlace.Parse(Encoding.UTF8.GetBytes(json ?? "null"), "tokenizer"), members);

    private static IEnumerable<JsonPlace> Flatten(JsonPlace json, string members) =>
        json.IsNull ? [] : json["type"].Text() == "Sequence" ? json[members].Items().SelectMany(step => Flatten(step, members)) : [json];
}
