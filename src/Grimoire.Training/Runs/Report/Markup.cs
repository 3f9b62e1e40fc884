using System.Globalization;
using System.Text;

namespace Grimoire.Training.Runs;

/// <summary>Text on its way into the page.</summary>
internal static class Markup
{
    /// <summary>Text that means nothing to HTML. What cannot be shown (control characters, halves of characters) becomes a picture of it.</summary>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '&' => escaped.Append("&amp;"),
                '"' => escaped.Append("&quot;"),
                '\'' => escaped.Append("&#39;"),
                '\n' or '\t' => escaped.Append((char)rune.Value),
                < 32 => escaped.Append((char)(0x2400 + rune.Value)),
                127 => escaped.Append('\u2421'),
                // Marks that turn the direction of writing would disorder the page around them.
                (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069) => escaped.Append('\uFFFD'),
                _ => escaped.Append(rune.ToString()),
            };
        }

        return escaped.ToString();
    }

    /// <summary>A piece of text whose blanks can be seen.</summary>
    public static string Visible(string text) =>
        Escape(text.Replace(' ', '·').Replace("\n", "⏎", StringComparison.Ordinal).Replace("\t", "⇥", StringComparison.Ordinal));

    /// <summary>A whole number with thousands set apart.</summary>
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A length of time as people say it.</summary>
    public static string Duration(double seconds) => seconds switch
    {
        < 60 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.#} s"),
        < 3600 => string.Create(CultureInfo.InvariantCulture, $"{(int)seconds / 60} min {(int)seconds % 60} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)seconds / 3600} h {(int)seconds % 3600 / 60} min"),
    };
}
