using System.Text.RegularExpressions;

namespace Grimoire.Models.Tokenizers;

/// <summary>Builds normalizers and pre-tokenizers from their JSON. What is unknown is refused by name: it would change ids.</summary>
internal static class ComponentReader
{
    public static Normalizer? ReadNormalizer(JsonPlace json) => json.IsNull ? null : json["type"].Text() switch
    {
        "Sequence" => new NormalizerSequence([.. json.Only("normalizers")["normalizers"].Items().Select(ReadNormalizer).OfType<Normalizer>()]),
        "Prepend" => new Prepend(json.Only("prepend")["prepend"].Text()),
        "Replace" => ReadReplace(json.Only("pattern", "content")),
        "NFC" => new UnicodeForm(compatible: false, compose: true),
        "NFD" => new UnicodeForm(compatible: false, compose: false),
        "NFKC" => new UnicodeForm(compatible: true, compose: true),
        "NFKD" => new UnicodeForm(compatible: true, compose: false),
        "Lowercase" => new Lowercase(),
        "Strip" => new StripSpace(json.Only("strip_left", "strip_right")["strip_left"].Flag(true), json["strip_right"].Flag(true)),
        var type => throw Unknown(json, "normalizer", type),
    };

    public static PreTokenizer? ReadPreTokenizer(JsonPlace json) => json.IsNull ? null : json["type"].Text() switch
    {
        "Sequence" => new PreTokenizerSequence([.. json.Only("pretokenizers")["pretokenizers"].Items().Select(ReadPreTokenizer).OfType<PreTokenizer>()]),
        "ByteLevel" => new ByteLevelSplit(json.Only("add_prefix_space", "trim_offsets", "use_regex")["add_prefix_space"].Flag(true), json["use_regex"].Flag(true)),
        "Split" => ReadSplit(json.Only("pattern", "behavior", "invert")),
        "Metaspace" => ReadMetaspace(json.Only("replacement", "prepend_scheme", "split", "add_prefix_space", "str_rep")),
        "Whitespace" => new RegexSplit(Compile(@"\w+|[^\w\s]+", json), SplitBehavior.Removed, invert: true),
        "WhitespaceSplit" => new RegexSplit(Compile(@"\s", json), SplitBehavior.Removed, invert: false),
        "Digits" => new RegexSplit(Compile(@"\p{N}", json), json.Only("individual_digits")["individual_digits"].Flag() ? SplitBehavior.Isolated : SplitBehavior.Contiguous, invert: false),
        "Punctuation" => new RegexSplit(Compile(@"[\p{P}$+<=>^`|~]", json), ReadBehavior(json.Only("behavior")["behavior"]), invert: false),
        var type => throw Unknown(json, "pre-tokenizer", type),
    };

    /// <summary>Whether a pre-tokenizer spells words as bytes.</summary>
    public static bool IsByteLevel(JsonPlace json) => !json.IsNull && json["type"].Text() switch
    {
        "ByteLevel" => true,
        "Sequence" => json["pretokenizers"].Items().Any(IsByteLevel),
        _ => false,
    };

    public static GrimoireException Unknown(JsonPlace json, string kind, string type) =>
        json["type"].Error($"asks for the {kind} {type.Quoted()}, which is not supported; without it the ids would differ.");

    private static Normalizer ReadReplace(JsonPlace json)
    {
        string content = json["content"].Text();
        JsonPlace pattern = json["pattern"];
        if (pattern["Regex"].TextOrNull() is { } regex)
            return new RegexReplace(Compile(regex, pattern["Regex"]), content);
        string text = pattern["String"].Text();
        return text.Length > 0 ? new Replace(text, content) : throw pattern["String"].Error("is empty; there is nothing to replace.");
    }

    private static PreTokenizer ReadSplit(JsonPlace json)
    {
        JsonPlace pattern = json["pattern"];
        SplitBehavior behavior = ReadBehavior(json["behavior"]);
        bool invert = json["invert"].Flag();
        if (pattern["Regex"].TextOrNull() is not { } regex)
            return new RegexSplit(Compile(Regex.Escape(pattern["String"].Text()), pattern["String"]), behavior, invert);
        // The known patterns match everywhere: to keep matches apart and to drop what is between them is the same.
        bool wordsAreMatches = (behavior == SplitBehavior.Isolated && !invert) || (behavior == SplitBehavior.Removed && invert);
        return wordsAreMatches && SplitPattern.Of(regex) is { } known ? new PatternSplit(known) : new RegexSplit(Compile(regex, pattern["Regex"]), behavior, invert);
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

    private static Regex Compile(string pattern, JsonPlace json)
    {
        try
        {
            return new Regex(pattern, RegexOptions.CultureInvariant, TimeSpan.FromMinutes(1));
        }
        catch (ArgumentException e)
        {
            throw new GrimoireException(json.Error($"is a regular expression that is not understood here ({e.Message.TrimEnd('.')}).").Message, e);
        }
    }
}
