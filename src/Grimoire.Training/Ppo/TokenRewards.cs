namespace Grimoire.Training;

/// <summary>What each token of an answer earns: the price of leaving the reference, and on the last one the answer's score.</summary>
/// <param name="Penalty">β: the price of one nat.</param>
/// <param name="Estimator">How a token's KL is estimated.</param>
/// <param name="MissingEnd">Taken from the score of an answer that did not come to its end (Stiennon et al. 2020).</param>
public readonly record struct TokenRewards(double Penalty, KlEstimator Estimator, double MissingEnd)
{
    /// <summary>r_t = −β·KL_t, and + score − [not ended]·missing end at the last token (Ziegler et al. 2019; Ouyang et al. 2022, arXiv:2203.02155).</summary>
    /// <param name="score">The reward of the whole answer.</param>
    /// <param name="ended">Whether the answer stopped by itself.</param>
    /// <param name="logProbabilities">ln π of the answer's tokens, <c>[token]</c>; at least one.</param>
    /// <param name="reference">ln ρ of them, <c>[token]</c>.</param>
    public double[] Of(double score, bool ended, ReadOnlySpan<float> logProbabilities, ReadOnlySpan<float> reference)
    {
        var rewards = new double[logProbabilities.Length];
        for (int t = 0; t < rewards.Length; t++)
            rewards[t] = -Penalty * KlEstimate.Of(Estimator, logProbabilities[t], reference[t]).Value;
        rewards[^1] += OfAnswer(score, ended);
        return rewards;
    }

    /// <summary>score − [not ended]·missing end.</summary>
    public double OfAnswer(double score, bool ended) => ended ? score : score - MissingEnd;
}
