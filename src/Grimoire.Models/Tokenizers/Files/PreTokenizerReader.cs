using System.Text;

namespace Grimoire.Models.Tokenizers;

/// <summary>Builds pre-tokenizers from their JSON. What is unknown is refused by name: it would change ids.</summary>
internal static class PreTokenizerReader
{
    /// <summary>Reads a pre-tokenizer.</summary>
    /// <param name="json">Its JSON.</param>
    /// <param name="spell">Whether a byte-level step writes the words in its alphabet; if not, that is left to the model.</param>
    public static PreTokenizer? Read(JsonPlace json, bool spell) => json.IsNull ? null : json["type"].Text() switch
    {
        "Sequence" =>
            new PreTokenizerSequence([.. json.Only("pretokenizers")["pretokenizers"].Items().Select(step => Read(step, spell)).OfType<PreTokenizer>()]),
        "ByteLevel" => ReadByteLevel(json.Only("add_prefix_space", "trim_offsets", "use_regex"), spell),
        "Split" => ReadSplit(json.Only("pattern", "behavior", "invert")),
        "Metaspace" => ReadMetaspace(json.Only("replacement", "prepend_scheme", "split", "add_prefix_space", "str_rep")),
        "BertPreTokenizer" => new PreTokenizerSequence([CharacterSplit.WhiteSpace, CharacterSplit.Punctuation(SplitBehavior.Isolated)]),
        "Whitespace" => KindSplit.Words,
        "WhitespaceSplit" => CharacterSplit.WhiteSpace,
        "CharDelimiterSplit" => ReadDelimiter(json.Only("delimiter")["delimiter"]),
        "Digits" => CharacterSplit.Numbers(json.Only("individual_digits")["individual_digits"].Flag() ? SplitBehavior.Isolated : SplitBehavior.Contiguous),
        "Punctuation" => CharacterSplit.Punctuation(ReadBehavior(json.Only("behavior")["behavior"])),
        "UnicodeScripts" => new ScriptSplit(),
        "FixedLength" => new FixedLengthSplit(json.Only("length")["length"].Number(int.MaxValue) is > 0 and int length ? length
            : throw json["length"].Error("must be at least 1.")),
        var type => throw json.Unsupported("pre-tokenizer", type),
    };

    /// <summary>Whether a pre-tokenizer's last step, and no other, turns words into bytes, so that a model may take their bytes itself.</summary>
    public static bool EndsInBytes(JsonPlace json)
    {
        JsonPlace[] steps = [.. DecoderReader.Flatten(json, "pretokenizers")];
        return steps.Length > 0 && Array.FindIndex(steps, step => step["type"].Text() == "ByteLevel") == steps.Length - 1;
    }

    private static PreTokenizer ReadByteLevel(JsonPlace json, bool spell)
    {
        var split = new ByteLevelSplit(json["add_prefix_space"].Flag(true), json["use_regex"].Flag(true));
        return spell ? new PreTokenizerSequence([split, new SpellBytesSplit()]) : split;
    }

    private static PreTokenizer ReadSplit(JsonPlace json)
    {
        JsonPlace pattern = json["pattern"];
        SplitBehavior behavior = ReadBehavior(json["behavior"]);
        bool invert = json["invert"].Flag();
        if (pattern["Regex"].TextOrNull() is not { } regex)
            return new RegexSplit(FilePattern.Literal(pattern["String"]), behavior, invert);
        // The known patterns match everywhere: to keep matches apart and to drop what is between them is the same.
        bool wordsAreMatches = (behavior == SplitBehavior.Isolated && !invert) || (behavior == SplitBehavior.Removed && invert);
        return wordsAreMatches && SplitPattern.Of(regex) is { } known ? new PatternSplit(known)
            : new RegexSplit(FilePattern.Read(pattern["Regex"]), behavior, invert);
    }

    private static SplitBehavior ReadBehavior(JsonPlace json) => json.TextOrNull() switch
    {
        "Removed" => SplitBehavior.Removed,
        "Isolated" or null => SplitBehavior.Isolated,
        "MergedWithPrevious" => SplitBehavior.MergedWithPrevious,
        "MergedWithNext" => SplitBehavior.MergedWithNext,
        "Contiguous" => SplitBehavior.Contiguous,
        var other => throw json.Error($"is {other.Quoted()}, which is not one of Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous."),
    };

    private static CharacterSplit ReadDelimiter(JsonPlace json)
    {
        string text = json.Text();
        return Rune.TryGetRuneAt(text, 0, out Rune delimiter) && delimiter.Utf16SequenceLength == text.Length
            ? new CharacterSplit(rune => rune == delimiter, SplitBehavior.Removed)
            : throw json.Error($"must be one character, not {text.Quoted()}.");
    }

    private static MetaspaceSplit ReadMetaspace(JsonPlace json)
    {
        string mark = json["replacement"].TextOrNull() ?? "\u2581";
        if (mark.Length != 1)
            throw json["replacement"].Error($"must be one character, not {mark.Quoted()}.");
        PrependScheme scheme = json["prepend_scheme"].TextOrNull() switch
        {
            "always" => PrependScheme.Always,
            "first" => PrependScheme.First,
            "never" => PrependScheme.Never,
            null => json["add_prefix_space"].Flag(true) ? PrependScheme.Always : PrependScheme.Never,
            var other => throw json["prepend_scheme"].Error($"is {other.Quoted()}, which is not one of always, first, never."),
        };
        return new MetaspaceSplit(mark[0], scheme, json["split"].Flag(true));
    }
}
