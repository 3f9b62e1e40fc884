using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Grimoire.Training.Worlds;

/// <summary>Sums of one to three digits with every step written out, from the last digit to the first.</summary>
public static partial class Sums
{
    private static readonly Func<int, char, int, string>[] Wordings =
    [
        (a, sign, b) => $"What is {a} {sign} {b}?",
        (a, sign, b) => $"{a} {sign} {b} = ?",
        (a, sign, b) => $"How much is {a} {(sign == '+' ? "plus" : "minus")} {b}?",
        (a, sign, b) => sign == '+' ? $"Add {a} and {b}." : $"Subtract {b} from {a}.",
    ];

    /// <summary>
    /// The worked answer: <c>7 + 5 = 12, write 2, carry 1. 4 + 8 + 1 = 13, write 3, carry 1. Write 1. So 47 + 85 = 132.</c>
    /// </summary>
    /// <exception cref="ArgumentException">A number is negative, the difference would be, or the sign is neither + nor −.</exception>
    public static string Steps(int a, char sign, int b)
    {
        if (sign is not ('+' or '-')) throw new ArgumentException($"'{sign}' is neither '+' nor '-'", nameof(sign));
        if (a < 0 || b < 0 || (sign == '-' && b > a)) throw new ArgumentException($"{a} {sign} {b}: numbers and result must not be negative", nameof(a));
        var text = new StringBuilder();
        if (sign == '+') WriteAddition(text, a, b);
        else WriteSubtraction(text, a, b);
        return text.Append(CultureInfo.InvariantCulture, $"So {a} {sign} {b} = {(sign == '+' ? a + b : a - b)}.").ToString();
    }

    /// <summary>Whether every equation in a text holds, and there is at least one.</summary>
    public static bool StepsHold(string text)
    {
        var equations = Equation().Matches(text);
        return equations.Count > 0 && equations.All(equation => Value(equation.Groups[1].Value) == Value(equation.Groups[2].Value));
    }

    internal static Exercise Ask(ulong seed, Split split, long index)
    {
        var dice = Dice.For(seed, "sum", split, index);
        int a, b;
        char sign;
        do (a, sign, b) = Draw(dice);
        while (Splits.Of(Key(a, sign, b)) != split);
        var result = sign == '+' ? a + b : a - b;
        var right = Steps(a, sign, b);
        var mistake = right[..(right.LastIndexOf('=') + 2)] + (result + (result > 10 ? dice.Pick([-10, -1, 1, 10, 100]) : 1)).ToString(CultureInfo.InvariantCulture) + ".";
        return new Exercise(Skill.Sum, Key(a, sign, b), dice.Pick(Wordings)(a, sign, b), right, answer => LastNumber(answer) == result, mistake);
    }

    /// <summary>2 + 3 and 3 + 2 are one sum: whoever has seen the one knows the other.</summary>
    private static string Key(int a, char sign, int b) => sign == '+' && a > b ? Key(b, sign, a) : $"{a}{sign}{b}";

    private static (int A, char Sign, int B) Draw(Dice dice)
    {
        var (a, b) = (Number(dice), Number(dice));
        return dice.Chance(50) ? (a, '+', b) : (Math.Max(a, b), '-', Math.Min(a, b));
    }

    private static int Number(Dice dice) => dice.Below(10) switch
    {
        0 => dice.Below(10),
        < 6 => dice.Between(10, 99),
        _ => dice.Between(100, 999),
    };

    private static void WriteAddition(StringBuilder text, int a, int b)
    {
        var carry = 0;
        for (; a > 0 || b > 0 || text.Length == 0; a /= 10, b /= 10)
        {
            var sum = (a % 10) + (b % 10) + carry;
            text.Append(CultureInfo.InvariantCulture, $"{a % 10} + {b % 10}{(carry > 0 ? " + 1" : "")} = {sum}, write {sum % 10}");
            carry = sum / 10;
            text.Append(carry > 0 ? ", carry 1. " : ". ");
        }
        if (carry > 0) text.Append("Write 1. ");
    }

    private static void WriteSubtraction(StringBuilder text, int a, int b)
    {
        var borrowed = 0;
        for (; a > 0 || text.Length == 0; a /= 10, b /= 10)
        {
            var borrow = (a % 10) - (b % 10) - borrowed < 0 ? 1 : 0;
            var difference = (a % 10) + (10 * borrow) - (b % 10) - borrowed;
            text.Append(CultureInfo.InvariantCulture, $"{(borrow > 0 ? "borrow 1, " : "")}{(a % 10) + (10 * borrow)} - {b % 10}{(borrowed > 0 ? " - 1" : "")} = {difference}, write {difference}. ");
            borrowed = borrow;
        }
    }

    private static int? LastNumber(string text) =>
        NumberPattern().Matches(text) is { Count: > 0 } numbers && int.TryParse(numbers[^1].Value, CultureInfo.InvariantCulture, out var last) ? last : null;

    /// <summary>The value of <c>4 + 8 - 1</c>, from left to right; null where a number is too long to be one of ours.</summary>
    private static long? Value(string expression)
    {
        var parts = expression.Split(' ');
        if (!long.TryParse(parts[0], CultureInfo.InvariantCulture, out var value)) return null;
        for (var i = 1; i + 1 < parts.Length; i += 2)
        {
            if (!long.TryParse(parts[i + 1], CultureInfo.InvariantCulture, out var next)) return null;
            value += parts[i] == "+" ? next : -next;
        }
        return value;
    }

    [GeneratedRegex(@"(\d{1,9}(?: [+-] \d{1,9})*) = (\d{1,9})", RegexOptions.CultureInvariant)]
    private static partial Regex Equation();

    [GeneratedRegex(@"-?\d+", RegexOptions.CultureInvariant)]
    private static partial Regex NumberPattern();
}
