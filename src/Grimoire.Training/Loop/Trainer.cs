using System.Diagnostics;
using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Runs;

namespace Grimoire.Training;

/// <summary>
/// The training loop: prepare, forward, backward, clip, step; log, validate, sample, save. Stages differ only in what they pass in.
/// </summary>
public sealed class Trainer(
    Learner learner, Optimizer optimizer, Schedule schedule, Objective objective, Validation? validation, Run run, TrainerSettings settings,
    Workspace workspace)
{
    private readonly Tape tape = new();
    private (long Tokens, double Seconds) logged;
    private long savedStep = -1;

    /// <summary>Where training stands.</summary>
    public TrainerState State { get; private set; } = new();

    /// <summary>Writes some text at a step, for the run's samples; null for none.</summary>
    public Func<long, IEnumerable<TextSample>>? Sample { get; init; }

    /// <summary>Told about everything that happens.</summary>
    public IProgress<TrainingEvent>? Progress { get; init; }

    /// <summary>Takes up everything from an undamaged checkpoint (<see cref="Checkpoint.Newest"/>).</summary>
    /// <exception cref="GrimoireException">The checkpoint belongs to another model or optimizer.</exception>
    public void Restore(string checkpoint)
    {
        State = Checkpoint.ReadState(checkpoint);
        learner.Restore(checkpoint);
        Checkpoint.Restore(checkpoint, optimizer);
        objective.Memory = State.Memory.ToDictionary(StringComparer.Ordinal);
        logged = (State.Tokens, State.Seconds);
        savedStep = State.Step;
    }

    /// <summary>Trains until all steps are done or <paramref name="stop"/> asks to save and leave, which it does between two rounds.</summary>
    /// <exception cref="GrimoireException">The loss diverged, or a checkpoint cannot be written; the last good checkpoint remains.</exception>
    public TrainingOutcome Train(CancellationToken stop = default)
    {
        objective.Stop = stop;
        while (State.Step < settings.Steps)
        {
            if (stop.IsCancellationRequested && State.Step % objective.Round == 0)
            {
                Save();
                return TrainingOutcome.Stopped;
            }

            try
            {
                Step();
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // Only what a round begins with can be broken off, and then nothing of it has happened.
                Save();
                return TrainingOutcome.Stopped;
            }

            bool last = State.Step == settings.Steps;
            if (last || State.Step % objective.Round == 0)
                EndRound(last);
        }

        return TrainingOutcome.Finished;
    }

    /// <summary>Measures and lets write before the first step, to be compared with later; it counts for no best checkpoint.</summary>
    public void MeasureStart()
    {
        if (validation?.Measure(workspace) is { } result)
        {
            Log(result.Metrics);
            Progress?.Report(new TrainingEvent.Validated(State.Step, result, Best: false));
        }

        if (Sample is not null)
            WriteSamples();
    }

    /// <summary>The loss of the next step's data before any change.</summary>
    public double FirstLoss()
    {
        StepWork work = objective.Prepare(State, workspace);
        double loss = 0;
        for (int pass = 0; pass < work.Passes; pass++)
        {
            workspace.Reset();
            loss += work.Loss(pass, workspace, default).Value;
        }

        return loss;
    }

    private void EndRound(bool last)
    {
        bool best = (last || Due(settings.EvaluationInterval)) && Validate();
        if (Sample is not null && (last || Due(settings.SampleInterval)))
            WriteSamples();
        // The first checkpoint proves, before hours have gone by, that one can be written. None is due while the loss is far off: it would push out good ones.
        bool due = Due(settings.CheckpointInterval) && State.Watchdog.Strikes == 0;
        if (last || best || due || State.Step == objective.Round)
            Save();
    }

    /// <summary>Whether a multiple of the interval lies in the round that has just ended.</summary>
    private bool Due(int interval) => interval > 0 && State.Step / interval > (State.Step - objective.Round) / interval;

    private void Step()
    {
        long begin = Stopwatch.GetTimestamp();
        StepWork work = objective.Prepare(State, workspace);
        double loss = 0;
        for (int pass = 0; pass < work.Passes; pass++)
            loss += Accumulate(work, pass);

        double norm = optimizer.GradientNorm();
        (WatchdogState watchdog, string? fault) = Watchdog.Judge(State.Watchdog, loss, norm, objective.LossFalls);
        if (fault is not null)
            throw Diverged(State.Step + 1, fault);
        float rate = schedule.Rate(State.Step);
        optimizer.Step(rate, Optimizer.ClipScale(norm, settings.Clip));
        optimizer.ZeroGradients();

        double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        State = State with
        {
            Step = State.Step + 1,
            Sequences = State.Sequences + work.Sequences,
            Tokens = State.Tokens + work.Tokens,
            Seconds = State.Seconds + seconds,
            Watchdog = watchdog,
        };
        IReadOnlyList<(string, double)> metrics = work.Metrics;
        if ((settings.LogInterval > 0 && State.Step % settings.LogInterval == 0) || State.Step == 1 || State.Step == settings.Steps)
            LogStep(loss, rate, norm, metrics);
        Progress?.Report(new TrainingEvent.Stepped(State.Step, loss, rate, norm, work.Tokens, seconds, metrics));
    }

    /// <summary>Adds one pass's gradients; returns its share of the loss.</summary>
    private double Accumulate(StepWork work, int pass)
    {
        workspace.Exchange(tape);
        workspace.Reset();
        var options = new PassOptions(
            settings.Dropout, CountedRandom.Bits(settings.Seed, (ulong)State.Step, (ulong)pass), settings.Recompute, AdapterDropout: true,
            settings.SavedActivations);
        PassLoss loss = work.Loss(pass, workspace, options);
        tape.Backward(loss.Root, loss.Scale);
        workspace.Exchange(null);
        return loss.Value;
    }

    /// <summary>Measures the held-out data; true if they were never done better.</summary>
    private bool Validate()
    {
        if (validation is null)
            return false;
        ValidationResult result = validation.Measure(workspace);
        bool best = result.Loss < State.BestLoss;
        if (best)
            State = State with { BestLoss = result.Loss, BestStep = State.Step };
        Log(result.Metrics);
        Progress?.Report(new TrainingEvent.Validated(State.Step, result, best));
        return best;
    }

    private void WriteSamples()
    {
        foreach (TextSample sample in Sample!(State.Step))
        {
            run.Log(sample);
            Progress?.Report(new TrainingEvent.Sampled(sample));
        }
    }

    private void Save()
    {
        if (savedStep == State.Step)
            return;
        if (optimizer.Parameters.FirstOrDefault(p => !double.IsFinite(workspace.Kernels.SumOfSquares(p.Tensor))) is { Tensor: not null } broken)
            throw Diverged(State.Step, $"{broken.Name} has values that are not finite");
        State = State with { Memory = [.. objective.Memory] };
        string folder = run.CheckpointFolder(State.Step);
        Checkpoint.Save(folder, learner, optimizer, State);
        savedStep = State.Step;
        Prune();
        Progress?.Report(new TrainingEvent.Saved(State.Step, folder));
    }

    /// <summary>Keeps the newest checkpoints and the best.</summary>
    private void Prune()
    {
        foreach ((long step, string folder) in Run.Checkpoints(run.Folder).SkipLast(settings.Keep))
        {
            if (step != State.BestStep)
                Checkpoint.Remove(folder);
        }
    }

    /// <summary>A row of the step's numbers; the rate of tokens is that since the row before.</summary>
    private void LogStep(double loss, double rate, double norm, IReadOnlyList<(string, double)> metrics)
    {
        double tokensPerSecond = (State.Tokens - logged.Tokens) / (State.Seconds - logged.Seconds);
        logged = (State.Tokens, State.Seconds);
        Log([(Metric.Loss, loss), (Metric.LearningRate, rate), (Metric.GradientNorm, norm), (Metric.TokensPerSecond, tokensPerSecond), .. metrics]);
    }

    private void Log(IReadOnlyList<(string Name, double Value)> values) =>
        run.Log(new MetricRow(State.Step, [(Metric.Tokens, State.Tokens), (Metric.Seconds, State.Seconds), .. values]));

    private GrimoireException Diverged(long step, string fault)
    {
        optimizer.ZeroGradients();
        string kept = Checkpoint.Newest(run.Folder) is { } folder ? $"the last good checkpoint is {folder}" : "there is no checkpoint yet";
        return new GrimoireException(
            $"Step {step}: {fault}; {kept}. Start again with a lower learning rate (--lr), more warm-up (--warmup) or stronger clipping (--clip).");
    }
}
