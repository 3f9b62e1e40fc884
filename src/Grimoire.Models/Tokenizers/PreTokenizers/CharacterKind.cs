using System.Globalization;
using System.Text;

namespace Grimoire.Models.Tokenizers;

/// <summary>What the patterns of byte-level BPE tell apart; none of the flags for controls and the like.</summary>
[Flags]
internal enum CharacterKind : byte
{
    /// <summary>Controls, formats, private use, unassigned.</summary>
    Rest = 0,

    /// <summary>Capital and title letters: <c>\p{Lu}\p{Lt}</c>.</summary>
    Upper = 1,

    /// <summary>Small letters: <c>\p{Ll}</c>.</summary>
    Lower = 2,

    /// <summary>Letters without case: <c>\p{Lm}\p{Lo}</c>.</summary>
    Caseless = 4,

    /// <summary>What combines with the character before: <c>\p{M}</c>.</summary>
    Mark = 8,

    /// <summary>Digits and other numbers: <c>\p{N}</c>.</summary>
    Number = 16,

    /// <summary>White space but for the newlines.</summary>
    Space = 32,

    /// <summary>Carriage return and line feed.</summary>
    Newline = 64,

    /// <summary>Punctuation and symbols: <c>\p{P}\p{S}</c>.</summary>
    Sign = 128,

    /// <summary><c>\p{L}</c>.</summary>
    Letter = Upper | Lower | Caseless,

    /// <summary><c>\s</c>.</summary>
    WhiteSpace = Space | Newline,

    /// <summary>What a letter, a number or white space is: other than <c>[^\s\p{L}\p{N}]</c>.</summary>
    Plain = Letter | Number | WhiteSpace,
}

/// <summary>The kinds of characters, one look into a table for those of the Basic Multilingual Plane.</summary>
internal static class CharacterKinds
{
    private static readonly CharacterKind[] Plane = [.. Enumerable.Range(0, char.MaxValue + 1).Select(point => Of((char)point))];

    /// <summary>The kind of the character at a place, and how many UTF-16 units it has.</summary>
    public static CharacterKind At(ReadOnlySpan<char> text, int index, out int length)
    {
        char value = text[index];
        if (!char.IsSurrogate(value))
        {
            length = 1;
            return Plane[value];
        }

        Rune.DecodeFromUtf16(text[index..], out Rune rune, out length);
        return Of(Rune.GetUnicodeCategory(rune));
    }

    /// <summary>Whether a kind is among these.</summary>
    public static bool Is(this CharacterKind kind, CharacterKind kinds) => (kind & kinds) != CharacterKind.Rest;

    /// <summary>Where the run of characters ends that have one of the kinds, or none of them.</summary>
    public static int Run(ReadOnlySpan<char> text, int start, CharacterKind kinds, bool none = false)
    {
        while (start < text.Length && At(text, start, out int length).Is(kinds) != none)
            start += length;
        return start;
    }

    private static CharacterKind Of(char value) => value switch
    {
        '\r' or '\n' => CharacterKind.Newline,
        _ when char.IsWhiteSpace(value) => CharacterKind.Space,
        _ => Of(CharUnicodeInfo.GetUnicodeCategory(value)),
    };

    private static CharacterKind Of(UnicodeCategory category) => category switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.TitlecaseLetter => CharacterKind.Upper,
        UnicodeCategory.LowercaseLetter => CharacterKind.Lower,
        UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => CharacterKind.Caseless,
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => CharacterKind.Mark,
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => CharacterKind.Number,
        >= UnicodeCategory.ConnectorPunctuation and <= UnicodeCategory.OtherSymbol => CharacterKind.Sign,
        _ => CharacterKind.Rest,
    };
}
