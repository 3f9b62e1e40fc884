using System.Globalization;
using System.Numerics;

namespace Grimoire.Models.Chat.Jinja;

/// <summary>Python's <c>'%s of %05d' % (a, b)</c>: the conversions s, r, d, i, x, f, e and g with flags, width and precision.</summary>
internal static class PercentFormat
{
    private const int MaxWidth = 10_000;

    public static Text Apply(Text format, Value values, Execution run) => values switch
    {
        Sequence { Type: SequenceKind.Tuple } items => Apply(format, items.Items, false, run),
        Map or Sequence or Undefined => Apply(format, [values], true, run),
        _ => Apply(format, [values], false, run),
    };

    /// <summary>Fills in values, all of which must be used unless some may be left over.</summary>
    public static Text Apply(Text format, IReadOnlyList<Value> values, bool mayBeLeft, Execution run)
    {
        var text = new TextBuilder();
        string chars = format.Chars;
        int used = 0;
        for (int at = 0; at < chars.Length;)
        {
            int sign = chars.IndexOf('%', at);
            text.Append(format, at, sign < 0 ? chars.Length : sign);
            if (sign < 0)
                break;
            at = sign + 1;
            string flags = Take(chars, ref at, "-+ 0#");
            int width = TakeNumber(chars, ref at, run) ?? 0;
            int? precision = null;
            if (at < chars.Length && chars[at] == '.')
            {
                at++;
                precision = TakeNumber(chars, ref at, run) ?? 0;
            }

            char kind = at < chars.Length ? chars[at++] : throw run.Error("a format ends after '%'");
            if (kind == '%')
                text.Append("%");
            else
                text.Append(Pad(Convert(kind, Next(), flags, precision, run), flags, width, kind, run));
        }

        return used == values.Count || mayBeLeft ? text.ToText() : throw run.Error("a format has fewer places than values");

        Value Next() => used < values.Count ? values[used++] : throw run.Error("a format has more places than values");
    }

    private static string Take(string chars, ref int at, string set)
    {
        int start = at;
        while (at < chars.Length && set.Contains(chars[at]))
            at++;
        return chars[start..at];
    }

    private static int? TakeNumber(string chars, ref int at, Execution run)
    {
        string digits = Take(chars, ref at, "0123456789");
        if (digits.Length == 0)
            return null;
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number <= MaxWidth
            ? number : throw run.Error("a format is too wide");
    }

    private static Text Convert(char kind, Value value, string flags, int? precision, Execution run)
    {
        switch (kind)
        {
            case 's' or 'r':
                Text text = kind == 's' ? Python.Str(value, run) : Python.Repr(value, run);
                int[] starts = Python.CharacterStarts(text.Chars);
                return precision < starts.Length - 1 ? text.Slice(0, starts[precision.Value]) : text;
            case 'd' or 'i' or 'x' or 'f' or 'e' or 'g' when Number.Of(value) is { } number:
                return new Text(Signed(Digits(kind, number, precision ?? 6), flags));
            default:
                throw run.Error($"the format '%{kind}' does not go with a {value.Kind}");
        }
    }

    private static string Digits(char kind, Number number, int precision)
    {
        BigInteger whole = number.IsWhole ? number.Whole : kind is 'd' or 'i' or 'x' && double.IsFinite(number.Real) ? new BigInteger(number.Real) : 0;
        string sign = whole.Sign < 0 ? "-" : "";
        return kind switch
        {
            'd' or 'i' => whole.ToString(CultureInfo.InvariantCulture),
            'x' => sign + BigInteger.Abs(whole).ToString("x", CultureInfo.InvariantCulture).TrimStart('0').PadLeft(1, '0'),
            'f' => number.AsReal.ToString("F" + precision, CultureInfo.InvariantCulture),
            'e' => number.AsReal.ToString((precision == 0 ? "0" : "0." + new string('0', precision)) + "e+00", CultureInfo.InvariantCulture),
            _ => number.AsReal.ToString("G" + Math.Max(precision, 1), CultureInfo.InvariantCulture).Replace("E", "e", StringComparison.Ordinal),
        };
    }

    private static string Signed(string digits, string flags) =>
        digits.StartsWith('-') ? digits : flags.Contains('+') ? "+" + digits : flags.Contains(' ') ? " " + digits : digits;

    private static Text Pad(Text text, string flags, int width, char kind, Execution run)
    {
        int missing = width - Python.Length(text.Chars);
        if (missing <= 0)
            return text;
        run.Make(width);
        var padded = new TextBuilder();
        bool zeros = flags.Contains('0') && !flags.Contains('-') && kind is not ('s' or 'r');
        int sign = zeros && text.Chars[0] is '-' or '+' ? 1 : 0;
        if (!zeros && !flags.Contains('-'))
            padded.Append(new string(' ', missing));
        padded.Append(text, 0, sign);
        padded.Append(zeros ? new string('0', missing) : "");
        padded.Append(text, sign, text.Chars.Length);
        if (flags.Contains('-'))
            padded.Append(new string(' ', missing));
        return padded.ToText();
    }
}
