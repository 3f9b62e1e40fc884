using System.Globalization;

namespace Grimoire.Cli;

/// <summary>Numbers as people read them, the same in every culture.</summary>
internal static class Numbers
{
    /// <summary>1234567 as 1,234,567.</summary>
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>1234567 as 1.23 M.</summary>
    public static string Short(double value) => value switch
    {
        >= 1e15 => Scaled(value, 1e15, "P"),
        >= 1e12 => Scaled(value, 1e12, "T"),
        >= 1e9 => Scaled(value, 1e9, "G"),
        >= 1e6 => Scaled(value, 1e6, "M"),
        >= 1e4 => Scaled(value, 1e3, "k"),
        >= 100 => Fixed(value, 0),
        _ => value.ToString("0.##", CultureInfo.InvariantCulture),
    };

    /// <summary>Bytes in powers of 1024.</summary>
    public static string Bytes(double bytes) => bytes switch
    {
        >= 1L << 30 => Fixed(bytes / (1L << 30), 2) + " GiB",
        >= 1L << 20 => Fixed(bytes / (1L << 20), 1) + " MiB",
        >= 1L << 10 => Fixed(bytes / (1L << 10), 1) + " KiB",
        _ => Fixed(bytes, 0) + " bytes",
    };

    /// <summary>75 seconds as 1 min 15 s.</summary>
    public static string Duration(double seconds)
    {
        if (!double.IsFinite(seconds))
            return "–";
        if (seconds < 0.1)
            return "under 0.1 s";
        if (seconds < 10)
            return Fixed(seconds, 1) + " s";
        long whole = (long)Math.Round(seconds);
        return whole switch
        {
            < 60 => $"{whole} s",
            < 3600 => $"{whole / 60} min {whole % 60} s",
            < 86400 => $"{whole / 3600} h {whole % 3600 / 60} min",
            _ => $"{whole / 86400} d {whole % 86400 / 3600} h",
        };
    }

    /// <summary>A loss, or a dash where there is none.</summary>
    public static string Loss(double? loss) => loss is { } value && double.IsFinite(value) ? Fixed(value, 4) : "–";

    /// <summary>A measured number of any size, or a dash where there is none.</summary>
    public static string Metric(double value) => !double.IsFinite(value) ? "–"
        : Math.Abs(value) is >= 1e-4 or 0 ? value.ToString(Math.Abs(value) < 10 ? "0.####" : "0.##", CultureInfo.InvariantCulture)
        : value.ToString("0.0e0", CultureInfo.InvariantCulture);

    /// <summary>A number with so many digits after the point; what rounds to nothing has no sign.</summary>
    public static string Fixed(double value, int digits)
    {
        string text = value.ToString($"F{digits}", CultureInfo.InvariantCulture);
        return value > -1 && text[0] == '-' && text.AsSpan().IndexOfAnyInRange('1', '9') < 0 ? text[1..] : text;
    }

    /// <summary>A share as a percentage.</summary>
    public static string Percent(double share) => Fixed(100 * share, share < 0.1 ? 1 : 0) + " %";

    private static string Scaled(double value, double unit, string name)
    {
        double scaled = value / unit;
        return Fixed(scaled, scaled >= 100 ? 0 : scaled >= 10 ? 1 : 2) + " " + name;
    }
}
