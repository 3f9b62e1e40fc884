using System.Globalization;
using System.Text;

namespace Grimoire.Models.Chat.Jinja;

/// <summary>How Python writes values: <c>str</c> and <c>repr</c>; and what it takes for space and for one character.</summary>
internal static class Python
{
    /// <summary>Whether Python's <c>strip</c> takes a character for space.</summary>
    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\x1C' and <= '\x1F';

    /// <summary>Where each character (code point) of a text begins, and after them its end.</summary>
    public static int[] CharacterStarts(string chars)
    {
        List<int> starts = new(chars.Length + 1);
        for (int i = 0; i < chars.Length; i++)
        {
            starts.Add(i);
            if (char.IsHighSurrogate(chars[i]) && i + 1 < chars.Length && char.IsLowSurrogate(chars[i + 1]))
                i++;
        }

        starts.Add(chars.Length);
        return [.. starts];
    }

    /// <summary>The number of characters (code points).</summary>
    public static int Length(string chars)
    {
        int length = chars.Length;
        for (int i = 1; i < chars.Length; i++)
        {
            if (char.IsLowSurrogate(chars[i]) && char.IsHighSurrogate(chars[i - 1]))
                length--;
        }

        return length;
    }

    /// <summary>A value as it is printed.</summary>
    public static Text Str(Value value, Execution run) => value switch
    {
        Text text => text,
        Undefined => Text.Empty,
        _ => Repr(value, run),
    };

    /// <summary>A value as it stands in a printed list: texts in quotes.</summary>
    public static Text Repr(Value value, Execution run)
    {
        var text = new TextBuilder();
        Write(value, text, run);
        return text.ToText();
    }

    /// <summary>A number in floating point: the shortest digits that give it back, with an exponent below 1e-4 and from 1e16 on.</summary>
    public static string Float(double number)
    {
        if (double.IsNaN(number))
            return "nan";
        if (double.IsInfinity(number))
            return number > 0 ? "inf" : "-inf";
        string sign = double.IsNegative(number) ? "-" : "";
        (string digits, int exponent) = Decimal(Math.Abs(number).ToString("R", CultureInfo.InvariantCulture));
        if (exponent is < -4 or >= 16)
            return $"{sign}{digits[0]}{(digits.Length > 1 ? "." + digits[1..] : "")}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        if (exponent < 0)
            return sign + "0." + new string('0', -exponent - 1) + digits;
        return digits.Length <= exponent + 1
            ? sign + digits.PadRight(exponent + 1, '0') + ".0"
            : sign + digits[..(exponent + 1)] + "." + digits[(exponent + 1)..];
    }

    private static void Write(Value value, TextBuilder text, Execution run)
    {
        run.Step();
        run.Make((value as Text)?.Chars.Length ?? 1);
        switch (value)
        {
            case Text chars:
                Quote(chars, text);
                break;
            case Undefined:
                text.Append("Undefined");
                break;
            case Bool:
                text.Append(value.IsTrue ? "True" : "False");
                break;
            case Int n:
                text.Append(n.Number.ToString(CultureInfo.InvariantCulture));
                break;
            case Float n:
                text.Append(Float(n.Number));
                break;
            case Sequence { Type: SequenceKind.View } view when view.Label.EndsWith(')'):
                text.Append(view.Label);
                break;
            case Sequence { Type: not SequenceKind.Generator } items:
                Write(items, text, run);
                break;
            case Map map:
                Write(map, text, run);
                break;
            case None:
                text.Append("None");
                break;
            default:
                throw run.Error($"a {value.Kind} has no text; a filter such as 'list' or 'join' may be missing");
        }
    }

    private static void Write(Sequence items, TextBuilder text, Execution run)
    {
        (string open, string close) = items.Type switch
        {
            SequenceKind.List => ("[", "]"),
            SequenceKind.Tuple => ("(", items.Items.Count == 1 ? ",)" : ")"),
            _ => (items.Label + "([", "])"),
        };
        text.Append(open);
        for (int i = 0; i < items.Items.Count; i++)
        {
            text.Append(i == 0 ? "" : ", ");
            Write(items.Items[i], text, run);
        }

        text.Append(close);
    }

    private static void Write(Map map, TextBuilder text, Execution run)
    {
        string separator = "{";
        foreach ((Value key, Value value) in map.Entries)
        {
            text.Append(separator);
            Write(key, text, run);
            text.Append(": ");
            Write(value, text, run);
            separator = ", ";
        }

        text.Append(map.Count == 0 ? "{}" : "}");
    }

    private static void Quote(Text value, TextBuilder text)
    {
        string chars = value.Chars;
        char quote = chars.Contains('\'') && !chars.Contains('"') ? '"' : '\'';
        text.Append([quote]);
        for (int i = 0; i < chars.Length;)
        {
            bool whole = Rune.TryGetRuneAt(chars, i, out Rune rune);
            int length = whole ? rune.Utf16SequenceLength : 1;
            text.Append(Escape(whole ? rune.Value : chars[i], quote) ?? chars.AsSpan(i, length), value.MarkAt(i));
            i += length;
        }

        text.Append([quote]);
    }

    /// <summary>What stands for a character in quotes, or null if it stands for itself.</summary>
    private static string? Escape(int code, char quote) => code switch
    {
        '\\' => "\\\\",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        _ when code == quote => "\\" + quote,
        >= ' ' and < 0x7F => null,
        _ when IsPrintable(code) => null,
        < 0x100 => $"\\x{code:x2}",
        < 0x10000 => $"\\u{code:x4}",
        _ => $"\\U{code:x8}",
    };

    private static bool IsPrintable(int code) => Rune.IsValid(code) && Rune.GetUnicodeCategory(new Rune(code)) is not (UnicodeCategory.Control
        or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);

    /// <summary>The digits d₀d₁… and the exponent e of d₀.d₁… · 10ᵉ.</summary>
    private static (string Digits, int Exponent) Decimal(string number)
    {
        string[] parts = number.Split('E');
        int point = parts[0].IndexOf('.', StringComparison.Ordinal);
        int whole = point < 0 ? parts[0].Length : point;
        string all = parts[0].Replace(".", "", StringComparison.Ordinal), digits = all.TrimStart('0');
        int written = parts.Length > 1 ? int.Parse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) : 0;
        int exponent = whole - 1 - (all.Length - digits.Length) + written;
        digits = digits.TrimEnd('0');
        return digits.Length == 0 ? ("0", 0) : (digits, exponent);
    }
}
