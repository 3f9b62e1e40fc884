using System.Globalization;
using System.Numerics;
using Grimoire.Models.Tokenizers;

namespace Grimoire.Models.Chat.Jinja;

/// <summary>Filters that make or change numbers, and those that stand in for what is missing.</summary>
internal static class NumberFilters
{
    private static Function Default { get; } = new("default", ["default_value", "boolean"], (value, args, _) =>
        value is Undefined || (args[1] is { IsTrue: true } && !value.IsTrue) ? args[0] ?? Text.Empty : value);

    public static IEnumerable<KeyValuePair<string, Function>> All { get; } =
    [
        new("default", Default),
        new("d", Default),
        new("int", new Function("int", ["default", "base"], (value, args, run) =>
            ToInt(Given(value, run), args[0] ?? 0, args[1] is null ? 10 : Builtins.Int(args[1], "base", run)))),
        new("float", new Function("float", ["default"], (value, args, run) => ToFloat(Given(value, run), args[0] ?? new Float(0)))),
        new("abs", new Function("abs", [], (value, _, run) => Arithmetic.Apply(Comparing.Order(value, 0, run) < 0 ? "-" : "+", 0, value, run))),
        new("round", new Function("round", ["precision", "method"], Round)),
    ];

    private static Value Given(Value value, Execution run) => value is Undefined nothing ? throw run.Error($"{nothing.What} is undefined") : value;

    private static Value ToInt(Value value, Value otherwise, int radix)
    {
        if (value is Float real)
            return double.IsFinite(real.Number) ? new Int(new BigInteger(real.Number)) : otherwise;
        if (Number.Of(value) is { } number)
            return new Int(number.Whole);
        if (value is not Text text || text.Chars.Length > 1000)
            return otherwise;
        string digits = text.Chars.Trim().Replace("_", "", StringComparison.Ordinal);
        CultureInfo culture = CultureInfo.InvariantCulture;
        if (radix == 16
            && BigInteger.TryParse(
                "0" + digits.Replace("0x", "", StringComparison.OrdinalIgnoreCase), NumberStyles.AllowHexSpecifier, culture, out BigInteger hex))
            return new Int(hex);
        if (BigInteger.TryParse(digits, NumberStyles.AllowLeadingSign, culture, out BigInteger whole))
            return new Int(whole);
        return double.TryParse(digits, NumberStyles.Float, culture, out double parsed) && double.IsFinite(parsed) ? new Int(new BigInteger(parsed)) : otherwise;
    }

    private static Value ToFloat(Value value, Value otherwise)
    {
        if (Number.Of(value) is { } number)
            return new Float(number.AsReal);
        return value is Text text && double.TryParse(text.Chars.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out double parsed)
            ? new Float(parsed) : otherwise;
    }

    private static Value Round(Value value, Value?[] args, Execution run)
    {
        if (Number.Of(value) is not { } number)
            throw run.Error($"a {value.Kind} cannot be rounded");
        int digits = args[0] is null ? 0 : Builtins.Int(args[0], "precision", run, -300, 300);
        if (number.IsWhole && digits >= 0 && args[1] is null)
            return new Int(number.Whole);
        string method = args[1] is null ? "common" : Builtins.Chars(args[1], "method", run).Chars;
        double scale = Math.Pow(10, digits), x = number.AsReal;
        return new Float(method switch
        {
            "common" => Nearest(x, digits, scale),
            "ceil" => Math.Ceiling(x * scale) / scale,
            "floor" => Math.Floor(x * scale) / scale,
            _ => throw run.Error($"there is no method {method.Quoted()} to round by; common, ceil or floor is meant"),
        });
    }

    /// <summary>Rounds the exact decimal value of a number, half to even.</summary>
    private static double Nearest(double x, int digits, double scale)
    {
        if (digits is < 0 or > 15 || Math.Abs(x) >= 1e15)
            return digits > 15 || !double.IsFinite(x) ? x : Math.Round(x * scale, MidpointRounding.ToEven) / scale;
        return digits == 0 ? Math.Round(x, MidpointRounding.ToEven)
            : double.Parse(x.ToString("F" + digits, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }
}
