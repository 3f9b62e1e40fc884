namespace Grimoire.Training;

/// <summary>
/// The loss of a reward model: answers are preferred with the odds that the differences of their rewards say (Bradley and Terry 1952; Ouyang et al. 2022,
/// arXiv:2203.02155).
/// </summary>
public static class BradleyTerry
{
    /// <summary>
    /// −ln σ(r_c − r_r − m) + c · (r_c + r_r)². ln 2 where all rewards are 0. Only the difference of the rewards is learned from preferences, so they may drift
    /// together; the second term holds their mean at 0 (Eisenstein et al. 2023, arXiv:2312.09244).
    /// </summary>
    /// <param name="chosen">r_c, the reward of the preferred answer.</param>
    /// <param name="rejected">r_r, the reward of the other.</param>
    /// <param name="margin">m: by how much the first is to be ahead, where it is known (Touvron et al. 2023, arXiv:2307.09288).</param>
    /// <param name="centering">c; 0.01 is usual, 0 for none.</param>
    /// <returns>The loss and its derivatives by the two rewards.</returns>
    public static PairLoss Loss(double chosen, double rejected, double margin = 0, double centering = 0)
    {
        LossValue preference = MarginLosses.Sigmoid(chosen - rejected - margin);
        double sum = chosen + rejected, pull = 2 * centering * sum;
        return new(preference.Value + (centering * sum * sum), preference.Slope + pull, pull - preference.Slope);
    }

    /// <summary>σ(r₁ − r₂): the probability that the first of two answers is preferred.</summary>
    public static double Preference(double first, double second) => MarginLosses.Logistic(first - second);
}
