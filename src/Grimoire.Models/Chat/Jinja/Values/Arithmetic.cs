using System.Numerics;

namespace Grimoire.Models.Chat.Jinja;

/// <summary>The operators <c>+ - * / // % **</c>, as Python has them: whole division and remainder round down.</summary>
internal static class Arithmetic
{
    private const int MaxBits = 4096;

    public static Value Apply(string sign, Value a, Value b, Execution run)
    {
        if (sign == "%" && a is Text pattern)
            return PercentFormat.Apply(pattern, b, run);
        if (a is Undefined nothing || (nothing = (b as Undefined)!) is not null)
            throw run.Error($"{nothing.What} is undefined");
        if (Number.Of(a) is { } x && Number.Of(b) is { } y)
            return x.IsWhole && y.IsWhole ? Whole(sign, x.Whole, y.Whole, run) : Real(sign, x.AsReal, y.AsReal, run);
        return (sign, a, b) switch
        {
            ("+", Text s, Text t) => Add(s, t, run),
            ("+", Sequence s, Sequence t) when s.Type == t.Type && s.Type is (SequenceKind.List or SequenceKind.Tuple) => Add(s, t, run),
            ("*", _, Int or Bool) when CanRepeat(a) => Repeat(a, Number.Of(b)!.Value.Whole, run),
            ("*", Int or Bool, _) when CanRepeat(b) => Repeat(b, Number.Of(a)!.Value.Whole, run),
            _ => throw run.Error($"'{sign}' does not go with a {a.Kind} and a {b.Kind}"),
        };
    }

    private static bool CanRepeat(Value value) => value is Text or Sequence { Type: SequenceKind.List or SequenceKind.Tuple };

    private static Text Add(Text a, Text b, Execution run)
    {
        run.Make(a.Chars.Length + b.Chars.Length);
        var sum = new TextBuilder();
        sum.Append(a);
        sum.Append(b);
        return sum.ToText();
    }

    private static Sequence Add(Sequence a, Sequence b, Execution run)
    {
        run.MakeItems(a.Items.Count + b.Items.Count);
        return new Sequence([.. a.Items, .. b.Items], a.Type);
    }

    private static Value Repeat(Value value, BigInteger times, Execution run)
    {
        int length = value is Text text ? text.Chars.Length : ((Sequence)value).Items.Count;
        BigInteger total = times <= 0 ? 0 : times * length;
        long size = (long)BigInteger.Min(total, long.MaxValue / 2);
        if (value is Text)
            run.Make(size);
        else
            run.MakeItems(size);
        int count = length == 0 ? 0 : (int)(total / length);
        if (value is Sequence items)
            return new Sequence([.. Enumerable.Repeat(items.Items, count).SelectMany(part => part)], items.Type);
        var repeated = new TextBuilder();
        for (int i = 0; i < count; i++)
            repeated.Append((Text)value);
        return repeated.ToText();
    }

    private static Value Whole(string sign, BigInteger a, BigInteger b, Execution run)
    {
        if (b.IsZero && sign is ("/" or "//" or "%"))
            throw run.Error("a division by zero");
        if (sign == "**")
            return Power(a, b, run);
        BigInteger result = sign switch
        {
            "+" => a + b,
            "-" => a - b,
            "*" => a * b,
            "/" => 0,
            "//" => Floor(a, b),
            _ => a - (Floor(a, b) * b),
        };
        if (result.GetBitLength() > MaxBits)
            throw run.Error($"a number has more than {MaxBits} bits");
        return sign == "/" ? new Float((double)a / (double)b) : new Int(result);
    }

    private static BigInteger Floor(BigInteger a, BigInteger b)
    {
        BigInteger quotient = BigInteger.DivRem(a, b, out BigInteger remainder);
        return !remainder.IsZero && (remainder.Sign < 0) != (b.Sign < 0) ? quotient - 1 : quotient;
    }

    private static Value Power(BigInteger a, BigInteger b, Execution run)
    {
        if (b.Sign < 0)
            return a.IsZero ? throw run.Error("a division by zero") : new Float(Math.Pow((double)a, (double)b));
        if (b > MaxBits || (a.GetBitLength() * (long)b) > MaxBits)
            throw run.Error($"a number has more than {MaxBits} bits");
        return new Int(BigInteger.Pow(a, (int)b));
    }

    private static Float Real(string sign, double a, double b, Execution run)
    {
        if (b == 0 && sign is ("/" or "//" or "%"))
            throw run.Error("a division by zero");
        return new Float(sign switch
        {
            "+" => a + b,
            "-" => a - b,
            "*" => a * b,
            "/" => a / b,
            "//" => Math.Floor(a / b),
            "%" => Remainder(a, b),
            _ => Math.Pow(a, b),
        });
    }

    private static double Remainder(double a, double b)
    {
        double remainder = a % b;
        return remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder;
    }
}
