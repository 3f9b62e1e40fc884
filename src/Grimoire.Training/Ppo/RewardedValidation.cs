using Grimoire.Tensors;
using Grimoire.Training.Answers;
using Grimoire.Training.Runs;

namespace Grimoire.Training;

/// <summary>How good held-out answers are, by which the best checkpoint is chosen, and how far the model has gone for it.</summary>
/// <param name="answers">Judges answers.</param>
/// <param name="drift">Measures the distance.</param>
internal sealed class RewardedValidation(AnswerValidation answers, Drift drift) : Validation
{
    /// <inheritdoc/>
    public override ValidationResult Measure(Workspace workspace)
    {
        ValidationResult result = answers.Measure(workspace);
        (double kl, double entropy) = drift.Measure(workspace);
        return result with { Metrics = [.. result.Metrics, (Metric.Kl, kl), (Metric.Entropy, entropy)] };
    }
}
