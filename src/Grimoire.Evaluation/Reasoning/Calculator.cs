namespace Grimoire.Evaluation.Reasoning;

/// <summary>
/// A calculator that a model uses by writing: whenever it puts <see cref="Trigger"/> behind an expression, the result is computed exactly and stands there
/// before the model goes on. In <c>&lt;&lt;48/2=</c>, as the solutions of GSM8K have it (Cobbe et al. 2021, arXiv:2110.14168), the brackets are closed too; in
/// plain writing, <c>7 + 5 =</c>, the result follows as it would have been written.
/// </summary>
public static class Calculator
{
    /// <summary>What calls it.</summary>
    public const string Trigger = "=";

    private const string Open = "<<", Close = ">>", Signs = "+-−*×/÷";
    private const int Longest = 200;

    /// <summary>
    /// What is to stand behind a text that has just come to <see cref="Trigger"/>, without it: the sign and, after an expression, its result.
    /// </summary>
    public static string Continue(string text)
    {
        int open = text.LastIndexOf(Open, StringComparison.Ordinal);
        if (open >= 0 && text.IndexOf(Close, open, StringComparison.Ordinal) < 0)
            return Arithmetic.Evaluate(text[(open + Open.Length)..]) is { } inner ? $"{Trigger}{inner}{Close}" : Trigger;
        string blank = text.EndsWith(' ') ? " " : "";
        return Expression(text) is { } expression && Arithmetic.Evaluate(expression) is { } result ? $"{Trigger}{blank}{result}" : Trigger;
    }

    /// <summary>The longest expression at the end of a text; null where none is there, or where it goes on to the left with what is no number.</summary>
    internal static string? Expression(string text)
    {
        int end = text.Length;
        for (int start = Math.Max(0, end - Longest); start < end; start++)
        {
            if (CanBegin(text, start) && Arithmetic.Evaluate(text[start..]) is not null)
                return FollowsSign(text, start) ? null : text[start..];
        }

        return null;
    }

    /// <summary>A number or a bracket, not in the middle of a word or a number.</summary>
    private static bool CanBegin(string text, int start)
    {
        if (!char.IsAsciiDigit(text[start]) && text[start] is not ('(' or '$' or '.'))
            return false;
        char before = start > 0 ? text[start - 1] : ' ';
        return !char.IsLetterOrDigit(before) && before is not ('.' or '$') && (before != ',' || !char.IsAsciiDigit(text[start]));
    }

    /// <summary>Whether an operator stands before it, whose left side is no number: of <c>x * 2 + 3</c> nothing can be computed.</summary>
    private static bool FollowsSign(string text, int start)
    {
        int before = start - 1;
        while (before >= 0 && text[before] == ' ')
            before--;
        return before >= 0 && (Signs.Contains(text[before], StringComparison.Ordinal) || text[before] is '^' or '(');
    }
}
