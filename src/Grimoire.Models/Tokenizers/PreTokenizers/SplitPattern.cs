using System.Globalization;
using System.Text;

namespace Grimoire.Models.Tokenizers;

/// <summary>
/// A pattern that cuts text into the words of byte-level BPE. The known ones are scanned by hand: code point by code point, each looked at a
/// constant number of times, and right beyond the Basic Multilingual Plane, where .NET's regular expressions see halves of characters.
/// </summary>
public sealed class SplitPattern
{
    private const string Contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)", Spaces = @"\s*[\r\n]+|\s+(?!\S)|\s+";
    private static readonly Kind[] Ascii = [.. Enumerable.Range(0, 128).Select(i => KindOf(CharUnicodeInfo.GetUnicodeCategory((char)i), (char)i))];
    private readonly int _digits;

    private SplitPattern(string name, string regex, int digits)
    {
        Name = name;
        Regex = regex;
        _digits = digits;
    }

    private enum Kind : byte
    {
        Other,
        Letter,
        Number,
        Space,
        Newline,
    }

    /// <summary>GPT-2's: English contractions, letters, digits or signs each with a space before, runs of white space.</summary>
    public static SplitPattern Gpt2 { get; } = new("gpt2", @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+", 0);

    /// <summary>GPT-4's and Llama 3's: a sign may begin a word, digits in threes, newlines apart from other white space.</summary>
    public static SplitPattern Gpt4 { get; } = new("gpt4", $@"{Contractions}|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{Spaces}", 3);

    /// <summary>Qwen's: as GPT-4's with every digit alone.</summary>
    public static SplitPattern Qwen { get; } = new("qwen", $@"{Contractions}|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|\p{{N}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{Spaces}", 1);

    /// <summary>All patterns by name.</summary>
    public static IReadOnlyList<SplitPattern> Known { get; } = [Gpt2, Gpt4, Qwen];

    /// <summary>The name by which options ask for it: <c>gpt2</c>, <c>gpt4</c> or <c>qwen</c>.</summary>
    public string Name { get; }

    /// <summary>The pattern as <c>tokenizer.json</c> writes it.</summary>
    public string Regex { get; }

    /// <summary>The pattern of a name.</summary>
    /// <exception cref="GrimoireException">There is none of that name.</exception>
    public static SplitPattern Named(string name) =>
        Known.FirstOrDefault(pattern => pattern.Name == name)
        ?? throw new GrimoireException($"There is no pre-tokenisation pattern named {name.Quoted()}; choose one of {string.Join(", ", Known.Select(p => p.Name))}.");

    /// <summary>The known pattern that a regular expression of a tokenizer file means, or null.</summary>
    internal static SplitPattern? Of(string regex) => regex switch
    {
        _ when Known.FirstOrDefault(pattern => pattern.Regex == regex) is { } pattern => pattern,
        // OpenAI's own spelling of the same pattern, with possessive quantifiers.
        @"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+" => Gpt4,
        @"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+" => Gpt2,
        _ => null,
    };

    /// <summary>Where the word that begins at <paramref name="start"/> ends.</summary>
    internal int NextEnd(ReadOnlySpan<char> text, int start) => _digits == 0 ? NextGpt2(text, start) : NextGpt4(text, start);

    private static int NextGpt2(ReadOnlySpan<char> text, int start)
    {
        if (text[start] == '\'' && Contraction(text, start, ignoreCase: false) is var contraction and > 0)
            return start + contraction;
        int body = text[start] == ' ' && start + 1 < text.Length ? start + 1 : start;
        Kind kind = KindAt(text, body, out int length);
        return kind < Kind.Space ? Run(text, body + length, kind) : WhiteSpace(text, start, newlinesApart: false);
    }

    private int NextGpt4(ReadOnlySpan<char> text, int start)
    {
        char first = text[start];
        if (first == '\'' && Contraction(text, start, ignoreCase: true) is var contraction and > 0)
            return start + contraction;
        Kind kind = KindAt(text, start, out int length);
        int second = start + length;
        if (kind == Kind.Letter)
            return Run(text, second, Kind.Letter);
        if (kind == Kind.Number)
            return Digits(text, second);
        if (second < text.Length && kind != Kind.Newline && KindAt(text, second, out int secondLength) is var after)
        {
            if (after == Kind.Letter)
                return Run(text, second + secondLength, Kind.Letter);
            if (first == ' ' && after == Kind.Other)
                return Newlines(text, Run(text, second + secondLength, Kind.Other));
        }

        return kind == Kind.Other ? Newlines(text, Run(text, second, Kind.Other)) : WhiteSpace(text, start, newlinesApart: true);
    }

    private int Digits(ReadOnlySpan<char> text, int end)
    {
        for (int count = 1; count < _digits && end < text.Length && KindAt(text, end, out int length) == Kind.Number; count++)
            end += length;
        return end;
    }

    private static int Newlines(ReadOnlySpan<char> text, int end)
    {
        while (end < text.Length && text[end] is '\r' or '\n')
            end++;
        return end;
    }

    private static int Run(ReadOnlySpan<char> text, int end, Kind kind)
    {
        while (end < text.Length && KindAt(text, end, out int length) == kind)
            end += length;
        return end;
    }

    /// <summary>The last space before a word belongs to the word; newlines end a stretch of their own where <paramref name="newlinesApart"/>.</summary>
    private static int WhiteSpace(ReadOnlySpan<char> text, int start, bool newlinesApart)
    {
        int end = start, newline = -1;
        for (; end < text.Length && KindAt(text, end, out _) is var kind and >= Kind.Space; end++)
            newline = kind == Kind.Newline ? end : newline;
        if (newlinesApart && newline >= 0)
            return newline + 1;
        return end < text.Length && end > start + 1 ? end - 1 : end;
    }

    private static int Contraction(ReadOnlySpan<char> text, int start, bool ignoreCase)
    {
        char first = Fold(text, start + 1, ignoreCase), second = Fold(text, start + 2, ignoreCase);
        return (first, second) switch
        {
            ('s' or 't' or 'm' or 'd', _) => 2,
            ('r' or 'v', 'e') or ('l', 'l') => 3,
            _ => 0,
        };
    }

    private static char Fold(ReadOnlySpan<char> text, int index, bool ignoreCase)
    {
        char value = index < text.Length ? text[index] : '\0';
        // Unicode's caseless matching takes the long s for an s.
        return !ignoreCase ? value : value == '\u017F' ? 's' : char.IsAsciiLetterUpper(value) ? (char)(value | 0x20) : value;
    }

    private static Kind KindAt(ReadOnlySpan<char> text, int index, out int length)
    {
        char value = text[index];
        length = 1;
        if (value < Ascii.Length)
            return Ascii[value];
        if (!char.IsSurrogate(value))
            return KindOf(CharUnicodeInfo.GetUnicodeCategory(value), value);
        Rune.DecodeFromUtf16(text[index..], out Rune rune, out length);
        return KindOf(Rune.GetUnicodeCategory(rune), value);
    }

    private static Kind KindOf(UnicodeCategory category, char value) => category switch
    {
        <= UnicodeCategory.OtherLetter => Kind.Letter,
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Kind.Number,
        _ when value is '\r' or '\n' => Kind.Newline,
        _ when char.IsWhiteSpace(value) => Kind.Space,
        _ => Kind.Other,
    };
}
