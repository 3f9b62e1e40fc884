using Grimoire.Models.Tokenizers;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Training.Runs;

/// <summary>How text becomes tokens.</summary>
public sealed record TokenizerSettings
{
    /// <summary>The kind to train.</summary>
    public TokenizerKind Kind { get; init; } = TokenizerKind.Bytes;

    /// <summary>Entries of a trained word or BPE vocabulary.</summary>
    public int Vocabulary { get; init; } = 2048;

    /// <summary>A trained tokenizer to use instead, or null to train one.</summary>
    public string? Path { get; init; }

    /// <summary>The kinds by the names people use.</summary>
    public static SettingType<TokenizerKind> Kinds { get; } =
        Choice(("char", TokenizerKind.Character), ("word", TokenizerKind.Word), ("bpe", TokenizerKind.Bytes));

    /// <summary>The settings by name.</summary>
    public static SettingList<TokenizerSettings> Settings { get; } =
    [
        Setting.Of("tokenizer", "kind of tokenizer to train", Kinds, (TokenizerSettings s) => s.Kind, (s, v) => s with { Kind = v }),
        Setting.Of("vocabulary", "entries of the vocabulary (word and bpe)", Count(257, 1 << 20),
            (TokenizerSettings s) => s.Vocabulary, (s, v) => s with { Vocabulary = v }),
        Setting.Of("tokenizer_path", "a trained tokenizer (tokenizer.json or its folder) to use instead", Text("a path").OrNone(),
            (TokenizerSettings s) => s.Path, (s, v) => s with { Path = v }),
    ];
}
