namespace Grimoire.Evaluation.Hallucinations;

/// <summary>How a model is asked.</summary>
public sealed record HallucinationSettings
{
    /// <summary>Answers drawn to each question.</summary>
    public int Samples { get; init; } = 10;

    /// <summary>The temperature at which they are drawn.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>The most tokens of an answer.</summary>
    public int MaxTokens { get; init; } = 64;

    /// <summary>Same seed, same draws.</summary>
    public ulong Seed { get; init; } = 1234;

    /// <summary>Strings that end an answer.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];
}
