using System.Globalization;

namespace Grimoire.Models.Chat.Jinja;

/// <summary>C's <c>strftime</c> in the C locale, for the date that some templates tell the model.</summary>
internal static class Strftime
{
    public static Text Format(string format, Execution run)
    {
        var text = new System.Text.StringBuilder();
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                text.Append(format[i]);
                continue;
            }

            bool bare = format[i + 1] == '-' && i + 2 < format.Length;
            i += bare ? 2 : 1;
            string part = Part(format[i], run.Now) ?? throw run.Error($"the date format '%{format[i]}' is not known");
            text.Append(bare ? part.TrimStart('0') is { Length: > 0 } digits ? digits : "0" : part);
        }

        return new Text(text.ToString());
    }

    private static string? Part(char kind, DateTimeOffset now)
    {
        return kind switch
        {
            'Y' => Of("yyyy"),
            'y' => Of("yy"),
            'm' => Of("MM"),
            'd' => Of("dd"),
            'e' => now.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2),
            'B' => Of("MMMM"),
            'b' or 'h' => Of("MMM"),
            'A' => Of("dddd"),
            'a' => Of("ddd"),
            'H' => Of("HH"),
            'I' => Of("hh"),
            'M' => Of("mm"),
            'S' => Of("ss"),
            'f' => Of("ffffff"),
            'p' => Of("tt"),
            'j' => now.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
            'F' => Of("yyyy-MM-dd"),
            'T' => Of("HH:mm:ss"),
            'R' => Of("HH:mm"),
            'D' => Of("MM/dd/yy"),
            'w' => ((int)now.DayOfWeek).ToString(CultureInfo.InvariantCulture),
            'z' => Of("zzz").Replace(":", "", StringComparison.Ordinal),
            '%' => "%",
            _ => null,
        };

        string Of(string pattern) => now.ToString(pattern, CultureInfo.InvariantCulture);
    }
}
