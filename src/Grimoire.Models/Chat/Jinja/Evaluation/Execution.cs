using System.Runtime.CompilerServices;

namespace Grimoire.Models.Chat.Jinja;

/// <summary>One rendering: where it is, and how much it has done. A template that would run, grow or nest without end is stopped.</summary>
internal sealed class Execution(DateTimeOffset now)
{
    private const long MaxSteps = 5_000_000, MaxMade = 1 << 26;
    private const int ItemSize = 16, ScannedPerStep = 64;

    private long steps;
    private long made;

    /// <summary>The hour of <c>strftime_now</c>.</summary>
    public DateTimeOffset Now => now;

    /// <summary>What is being computed, for messages.</summary>
    public Place Place { get; set; }

    /// <summary>Counts a step and makes sure that there is room on the stack for it.</summary>
    public void Step()
    {
        if (++steps > MaxSteps)
            throw Error($"it takes more than {MaxSteps} steps");
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw Error("it is nested too deeply");
    }

    /// <summary>Counts the steps of reading a text from one end to the other.</summary>
    public void Scan(Value value)
    {
        if (value is Text text)
            steps += text.Chars.Length / ScannedPerStep;
    }

    /// <summary>Counts characters before they are made.</summary>
    public void Make(long characters)
    {
        made += characters;
        if (characters > MaxMade || made > MaxMade)
            throw Error($"it makes more than {MaxMade} characters and items");
    }

    /// <summary>Counts items before they are made; one takes as much room as many characters.</summary>
    public void MakeItems(long count) => Make(count < MaxMade ? count * ItemSize : count);

    /// <summary>An error at the place that is being computed.</summary>
    /// <param name="what">What went wrong, without a full stop.</param>
    public GrimoireException Error(string what) => new($"the chat template fails at {Place}: {what}; check the messages, or repair the template.");

    /// <summary>What the template itself says against its input.</summary>
    public GrimoireException Refusal(string words) => new($"the chat template refuses these messages ({Place}): {words}");
}
