namespace Grimoire.Models.Tokenizers;

/// <summary>
/// A pattern that cuts text into the words of byte-level BPE. The known ones are scanned by hand: code point by code point, each looked at a
/// constant number of times, and right beyond the Basic Multilingual Plane, where .NET's regular expressions see halves of characters.
/// </summary>
public sealed class SplitPattern
{
    private const string Suffixes = "'s|'t|'re|'ve|'m|'ll|'d", Contractions = $"(?i:{Suffixes})",
        Spaces = @"\s*[\r\n]+|\s+(?!\S)|\s+", Signs = @" ?[^\s\p{L}\p{N}]+";
    private const string Capitals = @"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", Smalls = @"[\p{Ll}\p{Lm}\p{Lo}\p{M}]", Before = @"[^\r\n\p{L}\p{N}]?";
    // Possessive quantifiers change how fast these patterns match and never what; nor does it matter how contractions and newlines are spelled.
    private static readonly (string, string)[] Spellings =
    [
        ("?+", "?"), ("++", "+"), ("*+", "*"), ("}+", "}"), ("'(?i:[sdmt]|ll|ve|re)", Contractions), ("'(?:[sdmt]|ll|ve|re)", Suffixes), (@"\s*[\r\n]|", @"\s*[\r\n]+|"),
    ];

    private readonly WordScanner _scanner;

    private SplitPattern(string name, string regex, WordScanner scanner)
    {
        Name = name;
        Regex = regex;
        _scanner = scanner;
    }

    /// <summary>GPT-2's: English contractions, letters, digits or signs each with a space before, runs of white space.</summary>
    public static SplitPattern Gpt2 { get; } = new("gpt2", $@"{Suffixes}| ?\p{{L}}+| ?\p{{N}}+|{Signs}|\s+(?!\S)|\s+", WordScanners.Gpt2);

    /// <summary>GPT-4's and Llama 3's: a sign may begin a word, digits in threes, newlines apart from other white space.</summary>
    public static SplitPattern Gpt4 { get; } =
        new("gpt4", $@"{Contractions}|{Before}\p{{L}}+|\p{{N}}{{1,3}}|{Signs}[\r\n]*|{Spaces}",
            static (text, start) => WordScanners.Gpt4(text, start, 3, CharacterKind.Letter));

    /// <summary>Qwen's: as GPT-4's with every digit alone.</summary>
    public static SplitPattern Qwen { get; } =
        new("qwen", $@"{Contractions}|{Before}\p{{L}}+|\p{{N}}|{Signs}[\r\n]*|{Spaces}",
            static (text, start) => WordScanners.Gpt4(text, start, 1, CharacterKind.Letter));

    /// <summary>Qwen 3.5's: as Qwen's with combining marks as parts of words.</summary>
    public static SplitPattern QwenMarks { get; } = new(
        "qwen-marks",
        $@"{Contractions}|{Before}[\p{{L}}\p{{M}}]+|\p{{N}}| ?[^\s\p{{L}}\p{{M}}\p{{N}}]+[\r\n]*|{Spaces}",
        static (text, start) => WordScanners.Gpt4(text, start, 1, CharacterKind.Letter | CharacterKind.Mark));

    /// <summary>GPT-4o's and Llama 4's: words begin anew at capitals and keep their contractions.</summary>
    public static SplitPattern Gpt4o { get; } = new(
        "gpt4o",
        $@"{Before}{Capitals}*{Smalls}+{Contractions}?|{Before}{Capitals}+{Smalls}*{Contractions}?|\p{{N}}{{1,3}}|{Signs}[\r\n/]*|{Spaces}",
        static (text, start) => WordScanners.Gpt4o(text, start, 3, contractions: true));

    /// <summary>Mistral's Tekken: as GPT-4o's without contractions, and every digit alone.</summary>
    public static SplitPattern Tekken { get; } = new(
        "tekken",
        $@"{Before}{Capitals}*{Smalls}+|{Before}{Capitals}+{Smalls}*|\p{{N}}|{Signs}[\r\n/]*|{Spaces}",
        static (text, start) => WordScanners.Gpt4o(text, start, 1, contractions: false));

    /// <summary>The last of the three patterns of DeepSeek 3, after numbers and Chinese and Japanese are set apart.</summary>
    public static SplitPattern DeepSeek { get; } = new(
        "deepseek",
        $@"[!""#$%&'()*+,\-./:;<=>?@\[\\\]^_`{{|}}~][A-Za-z]+|[^\r\n\p{{L}}\p{{P}}\p{{S}}]?[\p{{L}}\p{{M}}]+| ?[\p{{P}}\p{{S}}]+[\r\n]*|{Spaces}",
        WordScanners.DeepSeek);

    /// <summary>All patterns by name.</summary>
    public static IReadOnlyList<SplitPattern> Known { get; } = [Gpt2, Gpt4, Qwen, QwenMarks, Gpt4o, Tekken, DeepSeek];

    /// <summary>The name by which options ask for it, such as <c>gpt4</c>.</summary>
    public string Name { get; }

    /// <summary>The pattern as <c>tokenizer.json</c> writes it.</summary>
    public string Regex { get; }

    /// <summary>The pattern of a name.</summary>
    /// <exception cref="GrimoireException">There is none of that name.</exception>
    public static SplitPattern Named(string name) =>
        Known.FirstOrDefault(pattern => pattern.Name == name)
        ?? throw new GrimoireException(
            $"There is no pre-tokenisation pattern named {name.Quoted()}; choose one of {string.Join(", ", Known.Select(p => p.Name))}.");

    /// <summary>The known pattern that a regular expression of a tokenizer file means, or null.</summary>
    internal static SplitPattern? Of(string regex)
    {
        string plain = regex;
        foreach ((string spelling, string same) in Spellings)
            plain = plain.Replace(spelling, same, StringComparison.Ordinal);
        return Known.FirstOrDefault(pattern => pattern.Regex == regex) ?? Known.FirstOrDefault(pattern => pattern.Regex == plain);
    }

    /// <summary>Where the word that begins at <paramref name="start"/> ends.</summary>
    internal int NextEnd(ReadOnlySpan<char> text, int start) => _scanner(text, start);
}
