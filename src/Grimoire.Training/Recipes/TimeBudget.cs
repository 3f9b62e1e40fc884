using System.Diagnostics;
using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Data;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Recipes;

/// <summary>Turns minutes into steps, by timing a few.</summary>
internal static class TimeBudget
{
    private const int LeastSteps = 10, Evaluations = 10, LeastTimed = 3;

    // The rest goes to validation, samples and checkpoints.
    private const double ShareForSteps = 0.85;

    // A validation pass costs a third of a training pass, so all validations together cost a twentieth of the training.
    private const double ValidationPassesPerPass = 0.15 / Evaluations;

    // The first steps are slow: their code is still being compiled. Where steps only have to be estimated, less patience will do.
    private const double SecondsToMeasure = 3, SecondsToEstimate = 0.2;

    /// <summary>
    /// Seconds of a step: the median of the later half of some. They are real ones with a learning rate of 0, which changes no weight; gradients and
    /// the optimizer's memory are emptied afterwards.
    /// </summary>
    public static double SecondsPerStep(
        Transformer model, Optimizer optimizer, Workspace workspace, SequenceSampler sampler, PretrainRecipe recipe, IProgress<string>? progress)
    {
        progress?.Report("timing a step");
        double patience = recipe.Steps is null ? SecondsToMeasure : SecondsToEstimate;
        TrainingBatch batch = sampler.Draw(0, recipe.Batch);
        var options = new PassOptions((float)recipe.Model.Dropout, Checkpoint: recipe.Recompute);
        var tape = new Tape();
        var seconds = new List<double>();
        workspace.Exchange(tape);
        while (seconds.Count < LeastTimed || seconds.Sum() < patience)
        {
            long begin = Stopwatch.GetTimestamp();
            for (int i = 0; i < recipe.Accumulate; i++)
            {
                workspace.Reset();
                tape.Backward(LanguageModeling.Loss(model, model.Begin(workspace, batch.ToBatch(), options), batch.Targets));
            }

            optimizer.Step(rate: 0, Optimizer.ClipScale(optimizer.GradientNorm(), recipe.Optimizer.Clip));
            optimizer.ZeroGradients();
            seconds.Add(Stopwatch.GetElapsedTime(begin).TotalSeconds);
        }

        workspace.Exchange(null);
        optimizer.Reset();
        List<double> later = [.. seconds.Skip(seconds.Count / 2).Order()];
        return later[later.Count / 2];
    }

    /// <summary>The recipe with its steps fixed once and for all, so that a continued run does not choose others.</summary>
    public static PretrainRecipe Resolve(PretrainRecipe requested, double secondsPerStep)
    {
        if (requested.Steps is not null)
            return requested;
        int steps = (int)Math.Clamp(requested.Minutes!.Value * 60 * ShareForSteps / secondsPerStep, LeastSteps, int.MaxValue);
        int often = Math.Max(1, steps / Evaluations);
        int passes = (int)Math.Clamp(ValidationPassesPerPass * steps * requested.Accumulate, 1, int.MaxValue);
        return requested with
        {
            Steps = steps,
            Log = requested.Log with
            {
                Interval = Math.Min(requested.Log.Interval, Math.Max(1, steps / 100)),
                EvaluationInterval = often,
                EvaluationBatches = Math.Min(requested.Log.EvaluationBatches ?? int.MaxValue, passes),
                SampleInterval = requested.Log.SampleInterval == 0 ? 0 : often,
                CheckpointInterval = often,
            },
        };
    }
}
