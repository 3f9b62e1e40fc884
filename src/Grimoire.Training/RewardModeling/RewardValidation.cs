using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Runs;

namespace Grimoire.Training;

/// <summary>How right a reward model is about held-out pairs. The lowest mean of −ln σ(Δr) is the best, for it counts being sure too.</summary>
/// <param name="model">The reward model.</param>
/// <param name="pairs">The pairs, at least one.</param>
/// <param name="byLength">What length alone says of such pairs, to be told beside it.</param>
public sealed class RewardValidation(RewardModel model, IReadOnlyList<RewardPair> pairs, LengthBaseline byLength) : Validation
{
    private readonly double lengthAccuracy = byLength.Reliability(pairs).Accuracy;

    /// <summary>What was found last; null before the first measurement.</summary>
    public PairReliability? Last { get; private set; }

    /// <inheritdoc/>
    public override ValidationResult Measure(Workspace workspace)
    {
        PairReliability found = Reliability(workspace);
        return new ValidationResult(found.Loss,
        [
            (Metric.ValidationLoss, found.Loss), (Metric.Accuracy, found.Accuracy), (Metric.Brier, found.Brier),
            (Metric.CalibrationError, found.CalibrationError), (Metric.ValidationMargin, found.Margin), (Metric.LengthAccuracy, lengthAccuracy),
        ]);
    }

    /// <summary>The same in full, with the bins of a reliability diagram.</summary>
    public PairReliability Reliability(Workspace workspace)
    {
        double[] scores = model.Scores([.. pairs.SelectMany(pair => (int[][])[pair.Chosen, pair.Rejected])], workspace);
        return Last = PairReliability.Of([.. Enumerable.Range(0, pairs.Count).Select(i => scores[2 * i] - scores[(2 * i) + 1])]);
    }
}
