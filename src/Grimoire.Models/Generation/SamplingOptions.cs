namespace Grimoire.Models;

/// <summary>
/// How the next token is drawn from the model's logits. The steps run in the order of Hugging Face's <c>generate</c>: penalties,
/// temperature, top-k, top-p, min-p. Each filter acts on what the one before has left.
/// </summary>
public sealed record SamplingOptions
{
    /// <summary>Always the likeliest token; of equals the one with the lowest id.</summary>
    public static SamplingOptions Greedy { get; } = new() { Temperature = 0 };

    /// <summary>Divides the logits: below 1 sharper, above 1 flatter. Below 10⁻⁶ it counts as 0, which is greedy.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>Only the k likeliest tokens, exactly k, the lower id first among equals; 0 for all (Fan et al. 2018, arXiv:1805.04833).</summary>
    public int TopK { get; init; }

    /// <summary>
    /// The nucleus: a token stays while the tokens before it, from the likeliest down, hold less than p of the mass. So the token that
    /// crosses p stays, and the likeliest always does; 1 for all (Holtzman et al. 2019, arXiv:1904.09751).
    /// </summary>
    public double TopP { get; init; } = 1;

    /// <summary>Only tokens at least so likely as this share of the likeliest one; 0 for all (Nguyen et al. 2024, arXiv:2407.01082).</summary>
    public double MinP { get; init; }

    /// <summary>
    /// Positive logits of tokens seen in prompt or text are divided by it, negative ones multiplied; 1 for none (Keskar et al. 2019,
    /// arXiv:1909.05858).
    /// </summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>Subtracted from a token's logit once for each time it was generated, as in OpenAI's API; 0 for none.</summary>
    public double FrequencyPenalty { get; init; }

    /// <summary>Subtracted from a token's logit if it was generated at all, as in OpenAI's API; 0 for none.</summary>
    public double PresencePenalty { get; init; }

    /// <summary>Chooses the draws. The nth token depends on the seed, n and the logits alone: same seed, same text.</summary>
    public ulong Seed { get; init; }

    /// <summary>Whether the likeliest token is always taken, so that the seed changes nothing.</summary>
    public bool IsGreedy => Temperature < 1e-6 || TopK == 1;

    /// <summary>Whether no filter takes anything away.</summary>
    internal bool KeepsAll(int vocabulary) => (TopK == 0 || TopK >= vocabulary) && TopP >= 1 && MinP <= 0;

    internal bool IsPenalised => RepetitionPenalty != 1 || FrequencyPenalty != 0 || PresencePenalty != 0;

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="GrimoireException">A value is outside its range; the message names it.</exception>
    public void Validate()
    {
        Require(Temperature >= 0 && double.IsFinite(Temperature), "temperature", Temperature, "0 (greedy) or more");
        Require(TopK >= 0, "top-k", TopK, "0 (all) or more");
        Require(TopP is > 0 and <= 1, "top-p", TopP, "above 0 and at most 1 (all)");
        Require(MinP is >= 0 and <= 1, "min-p", MinP, "between 0 (all) and 1");
        Require(RepetitionPenalty > 0 && double.IsFinite(RepetitionPenalty), "repetition penalty", RepetitionPenalty, "above 0; 1 is none");
        Require(double.IsFinite(FrequencyPenalty), "frequency penalty", FrequencyPenalty, "a finite number; 0 is none");
        Require(double.IsFinite(PresencePenalty), "presence penalty", PresencePenalty, "a finite number; 0 is none");
    }

    private static void Require(bool holds, string name, double value, string range)
    {
        if (!holds)
            throw new GrimoireException(FormattableString.Invariant($"sampling: {name} is {value}; it must be {range}."));
    }
}
