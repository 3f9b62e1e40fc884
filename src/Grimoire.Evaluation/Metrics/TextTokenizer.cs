using System.Text;

namespace Grimoire.Evaluation.Metrics;

/// <summary>How BLEU splits a line into words. The names are sacreBLEU's, and so are the words.</summary>
public sealed class TextTokenizer
{
    private readonly Func<string, string> separate;

    private TextTokenizer(string name, Func<string, string> separate) => (Name, this.separate) = (name, separate);

    /// <summary>Words are what stands between white space.</summary>
    public static TextTokenizer None { get; } = new("none", line => line);

    /// <summary>The rules of mteval-v13a, NIST's script: punctuation of western languages stands alone, but not within numbers.</summary>
    public static TextTokenizer Mteval13a { get; } = new("13a", line => Western($" {Unescape(line)} "));

    /// <summary>The rules of mteval-v14 for all languages: Unicode's punctuation and symbols stand alone, but punctuation not within numbers.</summary>
    public static TextTokenizer International { get; } = new("intl", SeparateByCategory);

    /// <summary>Each character is a word.</summary>
    public static TextTokenizer Characters { get; } = new("char", line => string.Join(' ', ReferenceText.Characters(line)));

    /// <summary>Each Chinese character is a word, and what lies between is split as mteval-v13a splits.</summary>
    public static TextTokenizer Chinese { get; } = new("zh", line => Western(Around(ReferenceText.Trim(line), IsChinese)));

    /// <summary>All of them.</summary>
    public static IReadOnlyList<TextTokenizer> All { get; } = [Mteval13a, International, Characters, Chinese, None];

    /// <summary>What signatures call it.</summary>
    public string Name { get; }

    /// <summary>The words of a line.</summary>
    public IReadOnlyList<string> Words(string line) => ReferenceText.Words(separate(line));

    /// <summary>ASCII's marks alone, but for those of which only what is beside them decides: apostrophe, comma, dash and point.</summary>
    internal static string SeparateMarks(string line) =>
        Around(line, c => c.Value is >= ' ' and <= '~' && !Rune.IsLetterOrDigit(c) && c.Value is not ('\'' or ',' or '-' or '.'));

    /// <summary>Points and commas alone unless they stand within a number, dashes alone after a digit.</summary>
    internal static string SeparateStops(string line)
    {
        line = AfterEach(line, c => !IsDigit(c), IsStop);
        line = BeforeEach(line, IsStop, c => !IsDigit(c));
        return AfterEach(line, IsDigit, c => c.Value == '-');
    }

    /// <summary>Spaces around each character of a kind.</summary>
    internal static string Around(string line, Func<Rune, bool> alone)
    {
        var text = new StringBuilder(line.Length + 16);
        foreach (Rune rune in line.EnumerateRunes())
            _ = alone(rune) ? text.Append(' ').Append(rune).Append(' ') : text.Append(rune);
        return text.ToString();
    }

    private static string Western(string line) => SeparateStops(SeparateMarks(line));

    /// <summary>The four entities that mteval knows, as the characters they stand for; hyphens at line ends joined.</summary>
    private static string Unescape(string line) => line
        .Replace("<skipped>", "", StringComparison.Ordinal).Replace("-\n", "", StringComparison.Ordinal).Replace('\n', ' ')
        .Replace("&quot;", "\"", StringComparison.Ordinal).Replace("&amp;", "&", StringComparison.Ordinal)
        .Replace("&lt;", "<", StringComparison.Ordinal).Replace("&gt;", ">", StringComparison.Ordinal);

    private static string SeparateByCategory(string line)
    {
        line = AfterEach(line, c => !Rune.IsNumber(c), Rune.IsPunctuation);
        line = BeforeEach(line, Rune.IsPunctuation, c => !Rune.IsNumber(c));
        return Around(line, Rune.IsSymbol);
    }

    /// <summary>Where the one kind follows the other: a space before and after what follows. Pairs do not overlap; the leftmost comes first.</summary>
    private static string AfterEach(string line, Func<Rune, bool> first, Func<Rune, bool> second) => Pairs(line, first, second, (a, b) => $"{a} {b} ");

    /// <summary>Where the one kind follows the other: a space before and after what is followed.</summary>
    private static string BeforeEach(string line, Func<Rune, bool> first, Func<Rune, bool> second) => Pairs(line, first, second, (a, b) => $" {a} {b}");

    private static string Pairs(string line, Func<Rune, bool> first, Func<Rune, bool> second, Func<Rune, Rune, string> spaced)
    {
        Rune[] runes = [.. line.EnumerateRunes()];
        var text = new StringBuilder(line.Length + 16);
        for (int i = 0; i < runes.Length; i++)
        {
            if (i + 1 < runes.Length && first(runes[i]) && second(runes[i + 1]))
                text.Append(spaced(runes[i], runes[++i]));
            else
                text.Append(runes[i]);
        }

        return text.ToString();
    }

    private static bool IsDigit(Rune c) => c.Value is >= '0' and <= '9';

    private static bool IsStop(Rune c) => c.Value is '.' or ',';

    /// <summary>
    /// The ranges of sacreBLEU as they work, not as they were meant: the blocks beyond U+FFFF are written there with four digits too few, so that all from
    /// U+2001 to U+2A6D, curly quotes and dashes among them, pass for Chinese and rare characters do not.
    /// </summary>
    private static bool IsChinese(Rune c) => c.Value is
        (>= 0x2001 and <= 0x2A6D) or (>= 0x2E80 and <= 0x2FDF) or (>= 0x2FF0 and <= 0x303F) or (>= 0x3100 and <= 0x312F) or (>= 0x31A0 and <= 0x31BF) or
        (>= 0x31C0 and <= 0x31EF) or (>= 0x3200 and <= 0x4DB5) or (>= 0x4E00 and <= 0x9FBB) or (>= 0xF900 and <= 0xFA2D) or (>= 0xFA30 and <= 0xFA6A) or
        (>= 0xFA70 and <= 0xFAD9) or (>= 0xFE10 and <= 0xFE1F) or (>= 0xFE30 and <= 0xFE4F) or (>= 0xFF00 and <= 0xFFEF);
}
