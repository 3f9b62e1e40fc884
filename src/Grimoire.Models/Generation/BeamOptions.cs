using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>How beams are searched.</summary>
public sealed record BeamOptions
{
    /// <summary>How many unfinished texts are followed at once.</summary>
    public int Width { get; init; } = 4;

    /// <summary>How many finished texts are wanted, the best first.</summary>
    public int Count { get; init; } = 1;

    /// <summary>The most tokens to make.</summary>
    public int MaxTokens { get; init; } = 64;

    /// <summary>α in score = Σ ln p / lengthᵅ: 0 favours short texts, 1 compares the mean per token (Wu et al. 2016, arXiv:1609.08144).</summary>
    public double LengthPenalty { get; init; } = 1;

    /// <summary>Whether to end as soon as enough texts are finished, rather than when no unfinished one can still become better.</summary>
    public bool EarlyStopping { get; init; }

    /// <summary>How keys and values of the tokens so far are kept: F32, F16 or Q8_0, see <see cref="KeyValueCache"/>.</summary>
    public DType CacheType { get; init; } = DType.F32;

    /// <summary>Tokens that finish a text.</summary>
    public IReadOnlyList<int> StopTokens { get; init; } = [];

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="GrimoireException">A value is outside its range; the message names it.</exception>
    public void Validate()
    {
        if (Width < 1)
            throw new GrimoireException($"beam search: the width is {Width}; it must be at least 1.");
        if (Count < 1 || Count > Width)
            throw new GrimoireException($"beam search: {Count} texts are wanted of {Width} beams; ask for at least 1 and at most the width.");
        if (MaxTokens < 1)
            throw new GrimoireException($"beam search: the most tokens to make is {MaxTokens}; it must be at least 1.");
        if (!double.IsFinite(LengthPenalty))
            throw new GrimoireException("beam search: the length penalty is not a finite number.");
    }
}

/// <summary>A text that beam search found.</summary>
/// <param name="Tokens">The generated tokens, a stop token included.</param>
/// <param name="LogProbability">Σ ln p of these tokens.</param>
/// <param name="Score">The log-probability over lengthᵅ, by which texts are ranked.</param>
/// <param name="Stop">Whether a stop token came or the length ran out.</param>
public sealed record Beam(IReadOnlyList<int> Tokens, double LogProbability, double Score, StopReason Stop);
