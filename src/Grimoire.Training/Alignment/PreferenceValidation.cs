using Grimoire.Tensors;
using Grimoire.Training.Runs;

namespace Grimoire.Training;

/// <summary>
/// Measures held-out preferences: their loss, by which the best checkpoint is chosen, what else their objective tells, and how far the model has gone.
/// </summary>
/// <param name="heldOut">An objective whose first step takes all that is held out.</param>
/// <param name="drift">Measures how far the model has gone.</param>
public sealed class PreferenceValidation(Objective heldOut, Drift drift) : Validation
{
    /// <summary>Before the name of a metric of training: the same on held-out data.</summary>
    public const string Prefix = "val_";

    /// <inheritdoc/>
    public override ValidationResult Measure(Workspace workspace)
    {
        StepWork work = heldOut.Prepare(new TrainerState(), workspace);
        double loss = 0;
        for (int pass = 0; pass < work.Passes; pass++)
        {
            workspace.Reset();
            loss += work.Loss(pass, workspace, default).Value;
        }

        (double kl, double entropy) = drift.Measure(workspace);
        IEnumerable<(string, double)> metrics = work.Metrics.Select(metric => (Prefix + metric.Name, metric.Value));
        return new ValidationResult(loss, [(Metric.ValidationLoss, loss), .. metrics, (Metric.Kl, kl), (Metric.Entropy, entropy)]);
    }
}
