using System.Globalization;
using System.Text;

namespace Grimoire.Evaluation.Metrics;

/// <summary>
/// Text as the reference implementations see it, which are written in Python: characters are code points, four more control characters are white space, and
/// lower case knows İ and the ς at a word's end. A metric is only the same if this is.
/// </summary>
internal static class ReferenceText
{
    private const char Sigma = 'Σ', FinalSigma = 'ς', DottedI = 'İ';

    /// <summary>Whether a character is white space.</summary>
    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\x1C' and <= '\x1F';

    /// <summary>Whether a character belongs to a word: letters, numbers and the underscore.</summary>
    public static bool IsWord(Rune c) => Rune.GetUnicodeCategory(c) is <= UnicodeCategory.OtherLetter or
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber || c.Value == '_';

    /// <summary>What stands between white space.</summary>
    public static IReadOnlyList<string> Words(string text)
    {
        var words = new List<string>();
        for (int from = 0; from < text.Length; from++)
        {
            if (IsSpace(text[from]))
                continue;
            int to = from + 1;
            while (to < text.Length && !IsSpace(text[to]))
                to++;
            words.Add(text[from..to]);
            from = to;
        }

        return words;
    }

    /// <summary>The characters, each as text.</summary>
    public static IEnumerable<string> Characters(string text) => text.EnumerateRunes().Select(rune => rune.ToString());

    /// <summary>The text without white space at its end.</summary>
    public static string TrimEnd(string text)
    {
        int end = text.Length;
        while (end > 0 && IsSpace(text[end - 1]))
            end--;
        return text[..end];
    }

    /// <summary>The text without white space at its ends.</summary>
    public static string Trim(string text)
    {
        int start = 0;
        while (start < text.Length && IsSpace(text[start]))
            start++;
        return TrimEnd(text[start..]);
    }

    /// <summary>The text in lower case, by Unicode's full rules that no language changes.</summary>
    public static string Lower(string text)
    {
        if (text.AsSpan().IndexOfAny(Sigma, DottedI) < 0)
            return text.ToLowerInvariant();
        Rune[] runes = [.. text.EnumerateRunes()];
        var lower = new StringBuilder(text.Length + 1);
        for (int i = 0; i < runes.Length; i++)
        {
            if (runes[i].Value == DottedI)
                lower.Append("i\u0307");
            else
                lower.Append(runes[i].Value == Sigma && IsFinal(runes, i) ? new Rune(FinalSigma) : Rune.ToLowerInvariant(runes[i]));
        }

        return lower.ToString();
    }

    /// <summary>Whether a cased letter stands before a place and none after it, whatever marks lie between.</summary>
    private static bool IsFinal(Rune[] runes, int at) => IsCased(runes[..at].Reverse()) && !IsCased(runes[(at + 1)..]);

    private static bool IsCased(IEnumerable<Rune> onwards) => onwards.SkipWhile(IsIgnored).Take(1).Any(c =>
        Rune.GetUnicodeCategory(c) is <= UnicodeCategory.TitlecaseLetter || c.Value is 'ª' or 'º' or (>= 'Ⅰ' and <= 'ⅿ') or (>= 'Ⓐ' and <= 'ⓩ'));

    private static bool IsIgnored(Rune c) => c.Value is '\'' or '.' or ':' or '·' or '’' or '‘' or '․' || Rune.GetUnicodeCategory(c) is
        UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format
            or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol;
}
