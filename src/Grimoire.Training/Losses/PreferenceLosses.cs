namespace Grimoire.Training;

/// <summary>Losses of pairs of answers to one prompt, by their log-probabilities: direct preference optimisation and its kin.</summary>
public static class PreferenceLosses
{
    private const double Certain = 1e-3;

    /// <summary>
    /// h = ln π(chosen)/ρ(chosen) − ln π(rejected)/ρ(rejected), and a loss of it. Per token each log-ratio is divided by its answer's length first
    /// (length-normalised DPO, Lambert et al. 2024, arXiv:2411.15124), so that long answers do not weigh more; β is then larger, 2 to 10.
    /// </summary>
    /// <param name="chosen">The better answer.</param>
    /// <param name="rejected">The worse one.</param>
    /// <param name="perToken">Whether to divide by lengths.</param>
    /// <param name="loss">What is made of h.</param>
    public static PairLoss OfRatios(AnswerScore chosen, AnswerScore rejected, bool perToken, Func<double, LossValue> loss)
    {
        double a = perToken ? 1.0 / chosen.Tokens : 1, b = perToken ? 1.0 / rejected.Tokens : 1;
        return PairLoss.Of(loss((a * chosen.LogRatio) - (b * rejected.LogRatio)), a, b);
    }

    /// <summary>
    /// SimPO (Meng, Xia and Chen 2024, arXiv:2405.14734): −ln σ(β · ln π(chosen)/|chosen| − β · ln π(rejected)/|rejected| − γ). No reference; γ is the lead
    /// that is wanted; β is 2 to 10.
    /// </summary>
    public static PairLoss SimPo(AnswerScore chosen, AnswerScore rejected, double beta, double gamma)
    {
        double a = beta / chosen.Tokens, b = beta / rejected.Tokens;
        return PairLoss.Of(MarginLosses.Sigmoid((a * chosen.Policy) - (b * rejected.Policy) - gamma), a, b);
    }

    /// <summary>
    /// ORPO (Hong, Lee and Thorne 2024, arXiv:2403.07691): −ln π(chosen)/|chosen| − β · ln σ(ln odds(chosen) − ln odds(rejected)), where odds(y) = p/(1 − p)
    /// and ln p = ln π(y)/|y|. It teaches the chosen answers and holds off the rejected ones at once, without a reference.
    /// </summary>
    public static PairLoss Orpo(AnswerScore chosen, AnswerScore rejected, double beta)
    {
        LossValue better = LogOdds(chosen), worse = LogOdds(rejected);
        LossValue ratio = MarginLosses.Sigmoid(better.Value - worse.Value);
        return new(
            (-chosen.Policy / chosen.Tokens) + (beta * ratio.Value),
            (-1.0 / chosen.Tokens) + (beta * ratio.Slope * better.Slope),
            -beta * ratio.Slope * worse.Slope);
    }

    /// <summary>ln p/(1 − p) of ln p = ln π(y)/|y|, by ln π(y).</summary>
    private static LossValue LogOdds(AnswerScore answer)
    {
        // An answer that is certain has no finite odds; a thousandth of a nat a token is certain enough.
        double log = answer.Policy / answer.Tokens;
        bool certain = log > -Certain;
        double rest = 1 - Math.Exp(certain ? -Certain : log);
        return new((certain ? -Certain : log) - Math.Log(rest), certain ? 0 : 1 / (rest * answer.Tokens));
    }
}
