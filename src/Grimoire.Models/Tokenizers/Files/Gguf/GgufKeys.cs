namespace Grimoire.Models.Tokenizers;

/// <summary>The metadata keys of a vocabulary, as llama.cpp reads them.</summary>
internal static class GgufKeys
{
    private const string Prefix = "tokenizer.ggml.";

    public const string Model = Prefix + "model", Cuts = Prefix + "pre", Tokens = Prefix + "tokens", Scores = Prefix + "scores", Types = Prefix + "token_type",
        Merges = Prefix + "merges", AddBegin = Prefix + "add_bos_token", AddEnd = Prefix + "add_eos_token", AddSeparator = Prefix + "add_sep_token",
        SpacePrefix = Prefix + "add_space_prefix", RemoveExtraSpaces = Prefix + "remove_extra_whitespaces", CharacterMap = Prefix + "precompiled_charsmap",
        Lowercase = Prefix + "normalizer.lowercase", StripAccents = Prefix + "normalizer.strip_accents";

    /// <summary>The text of a whole <c>tokenizer.json</c>.</summary>
    public const string WholeFile = "tokenizer.huggingface.json";

    /// <summary>The ids that a file can name, each with the key under which <c>tokenizer_config.json</c> names the token. The spelling is theirs.</summary>
    public static IReadOnlyList<(string Key, string Config)> Ids { get; } =
    [
        (Begin, "bos_token"), (End, "eos_token"), (Unknown, "unk_token"), (Separator, "sep_token"), (Prefix + "padding_token_id", "pad_token"),
        (Class, "cls_token"), (Prefix + "mask_token_id", "mask_token"), (Prefix + "eot_token_id", "eot_token"), (Prefix + "eom_token_id", "eom_token"),
    ];

    public const string Begin = Prefix + "bos_token_id", End = Prefix + "eos_token_id", Unknown = Prefix + "unknown_token_id",
        Separator = Prefix + "seperator_token_id", Class = Prefix + "cls_token_id";
}
