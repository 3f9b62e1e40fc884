using System.Globalization;
using System.Numerics;

namespace Grimoire.Evaluation.Reasoning;

/// <summary>
/// An exact evaluator of sums as people and models write them: <c>+ - * / ( )</c>, also <c>×</c>, <c>÷</c> and <c>−</c>, decimals, thousands set apart by
/// commas, <c>$</c> before a number and <c>%</c> behind it. Numbers are fractions of whole numbers of any size, so 0.1 + 0.2 is 0.3.
/// </summary>
public sealed class Arithmetic
{
    private const int MostDigits = 10, Longest = 200, Deepest = 32;

    private readonly string text;
    private int at, depth, operators;

    private Arithmetic(string text) => this.text = text;

    /// <summary>
    /// The value of an expression as text: whole, or with up to ten digits behind the point, the last of which is rounded (half away from zero). Null where the
    /// text is no expression with an operator in it, or divides by nought.
    /// </summary>
    public static string? Evaluate(string expression)
    {
        if (expression.Length > Longest)
            return null;
        var reader = new Arithmetic(expression);
        return reader.Sum() is { } value && reader.IsAtEnd() && reader.operators > 0 ? value.ToString() : null;
    }

    private readonly record struct Fraction(BigInteger Above, BigInteger Below)
    {
        public static Fraction operator +(Fraction a, Fraction b) => new((a.Above * b.Below) + (b.Above * a.Below), a.Below * b.Below);

        public static Fraction operator -(Fraction a, Fraction b) => a + new Fraction(-b.Above, b.Below);

        public static Fraction operator *(Fraction a, Fraction b) => new(a.Above * b.Above, a.Below * b.Below);

        public Fraction? Over(Fraction b) =>
            b.Above.IsZero ? null : b.Above.Sign < 0 ? new(-Above * b.Below, Below * -b.Above) : new(Above * b.Below, Below * b.Above);

        public override string ToString()
        {
            BigInteger scale = BigInteger.Pow(10, MostDigits);
            BigInteger rounded = ((BigInteger.Abs(Above) * scale * 2) + Below) / (Below * 2);
            string whole = (rounded / scale).ToString(CultureInfo.InvariantCulture);
            string rest = (rounded % scale).ToString(CultureInfo.InvariantCulture).PadLeft(MostDigits, '0').TrimEnd('0');
            string sign = Above.Sign < 0 && !rounded.IsZero ? "-" : "";
            return sign + whole + (rest.Length > 0 ? "." + rest : "");
        }
    }

    private Fraction? Sum()
    {
        Fraction? value = Product();
        while (value is { } left && Next("+-−") is { } sign)
            value = Product() is { } right ? sign == '+' ? left + right : left - right : null;
        return value;
    }

    private Fraction? Product()
    {
        Fraction? value = Factor();
        while (value is { } left && Next("*×/÷") is { } sign)
            value = Factor() is { } right ? sign is '*' or '×' ? left * right : left.Over(right) : null;
        return value;
    }

    private Fraction? Factor()
    {
        if (++depth > Deepest)
            return null;
        Fraction? value = Skip("-−") ? Factor() is { } positive ? new Fraction(-positive.Above, positive.Below) : null
            : Skip("(") ? Sum() is { } inner && Skip(")") ? inner : null
            : Number();
        depth--;
        return value is { } whole && Skip("%") ? new Fraction(whole.Above, whole.Below * 100) : value;
    }

    private Fraction? Number()
    {
        Skip("$");
        SkipBlanks();
        int start = at;
        BigInteger digits = 0, scale = 1;
        bool any = false, point = false;
        for (; at < text.Length; at++)
        {
            char letter = text[at];
            if (char.IsAsciiDigit(letter))
            {
                digits = (digits * 10) + (letter - '0');
                scale = point ? scale * 10 : scale;
                any = true;
            }
            else if (letter == '.' && !point && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1]))
            {
                point = true;
            }
            else if (letter != ',' || point || !IsThousands(start))
            {
                break;
            }
        }

        return any ? new Fraction(digits, scale) : null;
    }

    /// <summary>Whether a comma parts thousands: digits before it, and three and no more behind it.</summary>
    private bool IsThousands(int start) => at > start && at + 3 < text.Length && text.AsSpan(at + 1, 3).IndexOfAnyExceptInRange('0', '9') < 0
        && (at + 4 == text.Length || !char.IsAsciiDigit(text[at + 4]));

    private char? Next(string signs)
    {
        SkipBlanks();
        if (at == text.Length || !signs.Contains(text[at], StringComparison.Ordinal))
            return null;
        operators++;
        return text[at++];
    }

    private bool Skip(string letters)
    {
        SkipBlanks();
        bool found = at < text.Length && letters.Contains(text[at], StringComparison.Ordinal);
        at += found ? 1 : 0;
        return found;
    }

    private bool IsAtEnd()
    {
        SkipBlanks();
        return at == text.Length;
    }

    private void SkipBlanks()
    {
        while (at < text.Length && text[at] == ' ')
            at++;
    }
}
