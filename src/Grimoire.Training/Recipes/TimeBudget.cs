using System.Diagnostics;
using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Recipes;

/// <summary>Turns minutes into steps, by timing a few.</summary>
internal static class TimeBudget
{
    private const int LeastSteps = 10, Evaluations = 10, FewestValidations = 5, LeastTimed = 3;

    // The rest goes to validation, samples and checkpoints.
    private const double ShareForSteps = 0.85;

    // A validation pass costs a third of a training pass, so all validations together cost a twentieth of the training.
    private const double ValidationPassesPerPass = 0.15 / Evaluations;

    // The first steps are slow: their code is still being compiled. Where steps only have to be estimated, less patience will do.
    private const double SecondsToMeasure = 3, SecondsToEstimate = 0.2;

    // Where a round takes long, fewer will do.
    private const double MostSecondsToMeasure = 10, MostSecondsToEstimate = 1;

    /// <summary>
    /// Seconds of a step: the median over the later half of some rounds. They are real ones with a learning rate of 0, which changes no weight; gradients,
    /// the optimizer's memory and the objective's are as before afterwards.
    /// </summary>
    /// <param name="objective">What is learned.</param>
    /// <param name="optimizer">What learns.</param>
    /// <param name="workspace">Where.</param>
    /// <param name="options">How passes are made.</param>
    /// <param name="chooses">Whether steps are chosen from the result, rather than only the time told.</param>
    /// <param name="progress">Told that this is being done.</param>
    public static double SecondsPerStep(
        Objective objective, Optimizer optimizer, Workspace workspace, PassOptions options, bool chooses, IProgress<string>? progress)
    {
        progress?.Report("timing a step");
        (double patience, double most) = chooses ? (SecondsToMeasure, MostSecondsToMeasure) : (SecondsToEstimate, MostSecondsToEstimate);
        IReadOnlyDictionary<string, double> memory = objective.Memory;
        var tape = new Tape();
        var seconds = new List<double>();
        long first = Stopwatch.GetTimestamp();
        for (double spent = 0; spent < patience || (seconds.Count < LeastTimed && spent < most); spent = Stopwatch.GetElapsedTime(first).TotalSeconds)
        {
            long begin = Stopwatch.GetTimestamp();
            for (int step = 0; step < objective.Round; step++)
                Step(objective.Prepare(new TrainerState { Step = step }, workspace));
            seconds.Add(Stopwatch.GetElapsedTime(begin).TotalSeconds / objective.Round);
        }

        optimizer.Reset();
        objective.Memory = memory;
        List<double> later = [.. seconds.Skip(seconds.Count / 2).Order()];
        return later[later.Count / 2];

        void Step(StepWork work)
        {
            workspace.Exchange(tape);
            for (int pass = 0; pass < work.Passes; pass++)
            {
                workspace.Reset();
                PassLoss loss = work.Loss(pass, workspace, options);
                tape.Backward(loss.Root, loss.Scale);
            }

            workspace.Exchange(null);
            optimizer.Step(rate: 0, Optimizer.ClipScale(optimizer.GradientNorm(), limit: 1));
            optimizer.ZeroGradients();
        }
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

    /// <summary>The settings of a stage with its steps fixed once and for all: whole rounds, validated and saved some times however few they are.</summary>
    /// <param name="requested">What was asked for.</param>
    /// <param name="stepsPerEpoch">Steps in which all data are seen once; null where that means nothing.</param>
    /// <param name="round">Steps of a round.</param>
    /// <param name="secondsPerStep">What a step takes.</param>
    /// <exception cref="GrimoireException">Epochs are asked for where they mean nothing.</exception>
    public static StageSettings Resolve(StageSettings requested, double? stepsPerEpoch, int round, double secondsPerStep)
    {
        double wanted = requested switch
        {
            { Steps: { } steps } => steps,
            { Minutes: { } minutes } => Math.Max(LeastSteps, minutes * 60 * ShareForSteps / secondsPerStep),
            { Epochs: { } epochs } when stepsPerEpoch is { } perEpoch => Math.Ceiling(epochs * perEpoch),
            _ => throw new GrimoireException("This stage has no epochs; say how long to train with --steps or --minutes."),
        };
        int rounded = (int)Math.Clamp(Math.Ceiling(wanted / round) * round, round, int.MaxValue - round);
        int often = Math.Max(1, rounded / FewestValidations);
        return requested with
        {
            Steps = rounded,
            Log = requested.Log with
            {
                Interval = Math.Min(requested.Log.Interval, Math.Max(1, rounded / 100)),
                EvaluationInterval = Math.Min(requested.Log.EvaluationInterval, often),
                CheckpointInterval = requested.Log.CheckpointInterval == 0 ? 0 : Math.Min(requested.Log.CheckpointInterval, often),
            },
        };
    }
}
