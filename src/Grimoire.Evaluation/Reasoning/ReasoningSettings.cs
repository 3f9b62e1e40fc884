using Grimoire.Training.Rewards;

namespace Grimoire.Evaluation.Reasoning;

/// <summary>What all strategies of an evaluation share.</summary>
public sealed record ReasoningSettings
{
    /// <summary>The temperature at which one of several answers is drawn; a single answer is greedy.</summary>
    public double Temperature { get; init; } = 0.7;

    /// <summary>Answers are drawn from the smallest set of tokens whose probabilities come to this.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>The most tokens of an answer that thinks (<c>cot</c>, <c>budget</c>); the task's own number where that is larger.</summary>
    public int ThinkingTokens { get; init; } = 256;

    /// <summary>Same seed, same answers.</summary>
    public ulong Seed { get; init; } = 1234;

    /// <summary>What <c>best:N</c> chooses by; null where it is not asked for.</summary>
    public Reward? Reward { get; init; }
}
