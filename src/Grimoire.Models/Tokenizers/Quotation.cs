using System.Text;

namespace Grimoire.Models.Tokenizers;

/// <summary>How a piece of text stands in a message: in quotes, short, and with nothing that a terminal would act on.</summary>
internal static class Quotation
{
    private const int Longest = 40;

    public static string Quoted(this string text)
    {
        var quoted = new StringBuilder("'");
        foreach (Rune rune in text.Length > Longest ? text.AsSpan(0, Longest).EnumerateRunes() : text.AsSpan().EnumerateRunes())
        {
            bool visible = !Rune.IsControl(rune) && rune.Value != Rune.ReplacementChar.Value
                && Rune.GetUnicodeCategory(rune) != System.Globalization.UnicodeCategory.Format;
            quoted.Append(visible ? rune.ToString() : $"\\u{rune.Value:X4}");
        }

        return quoted.Append(text.Length > Longest ? "…'" : "'").ToString();
    }
}
