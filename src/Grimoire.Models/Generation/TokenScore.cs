namespace Grimoire.Models;

/// <summary>What the model thought of a token before it came, from its unmodified distribution: no temperature, no filter, no penalty.</summary>
/// <param name="Token">The token's id.</param>
/// <param name="LogProbability">ln p(token | what came before); its negative is the surprise, in nats.</param>
/// <param name="Entropy">−Σ p ln p of the distribution, in nats: how open the choice was.</param>
/// <param name="Rank">1 for the likeliest token: one more than the number of tokens with a larger logit.</param>
public readonly record struct TokenScore(int Token, double LogProbability, double Entropy, int Rank)
{
    /// <summary>ln p of the likeliest token: how sure the model was of what it would have said.</summary>
    public double Highest { get; init; }

    /// <summary>Scores a token under a row of logits <c>[vocabulary]</c>.</summary>
    /// <exception cref="GrimoireException">The logits are not finite numbers.</exception>
    public static TokenScore Of(ReadOnlySpan<float> logits, int token)
    {
        float max = logits[LogitRow.ArgMax(logits)];
        (double total, double moment) = LogitRow.Sums(logits, max, temperature: 1);
        double logTotal = Math.Log(total);
        return new TokenScore(token, (double)logits[token] - max - logTotal, logTotal - (moment / total),
            1 + LogitRow.CountAbove(logits, logits[token]))
        { Highest = -logTotal };
    }
}

/// <summary>One of the likeliest tokens at some place.</summary>
/// <param name="Token">The token's id.</param>
/// <param name="LogProbability">ln p from the model's unmodified distribution.</param>
public readonly record struct TokenAlternative(int Token, double LogProbability)
{
    /// <summary>The <paramref name="count"/> likeliest tokens of a row of logits, likeliest first, the lower id first among equals.</summary>
    internal static TokenAlternative[] Of(ReadOnlySpan<float> logits, int count, Candidates candidates)
    {
        candidates.TakeLargest(logits, count);
        float max = candidates.Logit(0);
        double logTotal = Math.Log(LogitRow.Sums(logits, max, temperature: 1).Total);
        var alternatives = new TokenAlternative[candidates.Count];
        for (int i = 0; i < alternatives.Length; i++)
            alternatives[i] = new TokenAlternative(candidates.Id(i), (double)candidates.Logit(i) - max - logTotal);
        return alternatives;
    }
}
