using System.Globalization;

namespace Grimoire.Evaluation.Reasoning;

/// <summary>How one of several answers is chosen.</summary>
public enum AnswerChoice
{
    /// <summary>There is one.</summary>
    Only,

    /// <summary>The one that most come to: self-consistency (Wang et al. 2022, arXiv:2203.11171).</summary>
    Vote,

    /// <summary>The one that a reward holds best (Stiennon et al. 2020, arXiv:2009.01325).</summary>
    Best,
}

/// <summary>
/// A way to spend tokens on an answer, as it is written on the command line: parts joined by <c>+</c>. <c>greedy</c>; <c>cot</c> and <c>direct</c> (the answer
/// begins with the task's cue of that name); <c>calculator</c>; <c>budget:LEAST</c> or <c>budget:LEAST-MOST</c>; <c>vote:N</c>; <c>best:N</c>, both perhaps
/// with a temperature of their own, as in <c>vote:8@0.3</c>.
/// </summary>
public sealed record ReasoningPlan
{
    private const int MostSamples = 1024, MostTokens = 1 << 20;

    /// <summary>The parts that there are.</summary>
    public const string Known = "greedy, cot, direct, calculator, budget:LEAST, budget:LEAST-MOST, vote:N and best:N (vote:N@TEMPERATURE), joined by +";

    /// <summary>The plan as it was written.</summary>
    public string Name { get; init; } = "greedy";

    /// <summary>The cue that the answer begins with, by its name among the task's; null for none.</summary>
    public string? Cue { get; init; }

    /// <summary>Whether expressions are computed as they are written.</summary>
    public bool Calculator { get; init; }

    /// <summary>Tokens that are thought at least, by going on with "Wait" (Muennighoff et al. 2025, arXiv:2501.19393).</summary>
    public int Least { get; init; }

    /// <summary>Tokens after which thinking is cut and the answer asked for; null for no cut.</summary>
    public int? Most { get; init; }

    /// <summary>Whether thinking is held to a budget.</summary>
    public bool HasBudget => Least > 0 || Most is not null;

    /// <summary>How many answers are drawn.</summary>
    public int Samples { get; init; } = 1;

    /// <summary>The temperature at which they are drawn; null for that of all strategies.</summary>
    public double? Temperature { get; init; }

    /// <summary>How one of them is chosen.</summary>
    public AnswerChoice Choice { get; init; }

    /// <summary>Reads a plan.</summary>
    /// <exception cref="GrimoireException">A part is unknown, or parts do not go together.</exception>
    public static ReasoningPlan Parse(string text)
    {
        string[] parts = [.. text.Split('+').Select(part => part.Trim())];
        var plan = new ReasoningPlan { Name = string.Join('+', parts) };
        foreach (string part in parts)
        {
            string[] words = part.Split(':', 2);
            plan = (words[0], words.ElementAtOrDefault(1)) switch
            {
                ("greedy", null) when parts.Length == 1 => plan,
                ("cot" or "direct", null) when plan.Cue is null => plan with { Cue = words[0] },
                ("calculator", null) when !plan.Calculator => plan with { Calculator = true },
                ("budget", { } tokens) when !plan.HasBudget =>
                    Budget(plan, tokens) ?? throw Wrong(text, "a budget is written as in budget:64 or budget:64-256"),
                ("vote", { } number) when plan.Choice == AnswerChoice.Only => Drawn(plan with { Choice = AnswerChoice.Vote }, text, number),
                ("best", { } number) when plan.Choice == AnswerChoice.Only => Drawn(plan with { Choice = AnswerChoice.Best }, text, number),
                _ => throw Wrong(text, $"'{part}' is unknown or does not go with what comes before it; there are {Known}"),
            };
        }

        return plan;
    }

    private static ReasoningPlan? Budget(ReasoningPlan plan, string text)
    {
        string[] ends = text.Split('-');
        int?[] tokens = [.. ends.Select(Tokens)];
        return tokens switch
        {
            [int least and > 0] => plan with { Least = least },
            [int least, int most] when most > 0 && least <= most => plan with { Least = least, Most = most },
            _ => null,
        };
    }

    private static int? Tokens(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int tokens) && tokens <= MostTokens ? tokens : null;

    private static ReasoningPlan Drawn(ReasoningPlan plan, string text, string number)
    {
        string[] words = number.Split('@', 2);
        if (!int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out int samples) || samples is < 2 or > MostSamples)
            throw Wrong(text, $"the number of answers must be from 2 to {MostSamples}, as in vote:8");
        if (words.Length == 1)
            return plan with { Samples = samples };
        return double.TryParse(words[1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double temperature) && temperature is > 0 and <= 100
            ? plan with { Samples = samples, Temperature = temperature }
            : throw Wrong(text, "a temperature is a number above 0, as in vote:8@0.3");
    }

    private static GrimoireException Wrong(string text, string why) => new($"the strategy '{text}': {why}.");
}
