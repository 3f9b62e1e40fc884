using System.Globalization;
using System.Text;

namespace Grimoire.Models.Tokenizers;

/// <summary>The writing systems of characters (Unicode's property Script), which .NET does not know.</summary>
internal static class UnicodeScripts
{
    private static readonly (int First, int Last, string Script)[] Ranges = [.. Read().OrderBy(range => range.First)];

    /// <summary>The script of a character, or null where it has none.</summary>
    public static string? Of(int point)
    {
        int low = 0, high = Ranges.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) >>> 1;
            if (Ranges[middle].First <= point)
                low = middle;
            else
                high = middle - 1;
        }

        return Ranges[low].First <= point && point <= Ranges[low].Last ? Ranges[low].Script : null;
    }

    /// <summary>
    /// The characters of a script in the Basic Multilingual Plane as the members of a regular expression's class, or null where there is none of that name.
    /// </summary>
    public static string? Members(string script)
    {
        var members = new StringBuilder();
        foreach ((int first, int last, _) in Ranges.Where(range => range.Script == script && range.First <= char.MaxValue))
            members.Append(CultureInfo.InvariantCulture, $"\\u{first:X4}-\\u{last:X4}");
        return members.Length > 0 ? members.ToString() : null;
    }

    private static IEnumerable<(int First, int Last, string Script)> Read()
    {
        using Stream stream = typeof(UnicodeScripts).Assembly.GetManifestResourceStream("unicode-scripts.txt")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line[0] == '#')
                continue;
            string[] words = line.Split(' ');
            foreach (string range in words.Skip(1))
            {
                int[] ends = [.. range.Split('-').Select(digits => int.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
                yield return (ends[0], ends[^1], words[0]);
            }
        }
    }
}

/// <summary>
/// Cuts where the script changes, as SentencePiece does: Japanese's three are one, and spaces and characters without a script go with what is before them, or
/// away at the beginning.
/// </summary>
internal sealed class ScriptSplit : PreTokenizer
{
    public override void Split(ReadOnlySpan<char> text, bool atStart, WordSink next)
    {
        int start = -1;
        string? last = null;
        for (int at = 0, length; at < text.Length; at += length)
        {
            Rune.DecodeFromUtf16(text[at..], out Rune rune, out length);
            string? script = ScriptOf(rune.Value);
            if (script is null || script == last)
                continue;
            if (start >= 0)
                next(text[start..at], atStart && start == 0);
            (start, last) = (at, script);
        }

        if (start >= 0)
            next(text[start..], atStart && start == 0);
    }

    private static string? ScriptOf(int point) => point switch
    {
        ' ' => null,
        // The mark of a long vowel.
        0x30FC => "Han",
        _ => UnicodeScripts.Of(point) is "Hiragana" or "Katakana" ? "Han" : UnicodeScripts.Of(point),
    };
}
