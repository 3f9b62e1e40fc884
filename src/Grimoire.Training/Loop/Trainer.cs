using System.Diagnostics;
using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Data;
using Grimoire.Training.Runs;

namespace Grimoire.Training;

/// <summary>
/// The training loop: draw, forward, backward, clip, step; log, validate, sample, save. Recipes differ only in what they pass in.
/// </summary>
public sealed class Trainer(
    LanguageModel model, Optimizer optimizer, Schedule schedule, SequenceSampler data, Validation? validation, Run run, TrainerSettings settings, Workspace workspace)
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

    /// <summary>Takes up the state of an undamaged checkpoint (<see cref="Checkpoint.Newest"/>) whose model this trainer was given.</summary>
    /// <exception cref="GrimoireException">The checkpoint belongs to another optimizer.</exception>
    public void Restore(string checkpoint)
    {
        State = Checkpoint.ReadState(checkpoint);
        Checkpoint.Restore(checkpoint, optimizer);
        logged = (State.Tokens, State.Seconds);
        savedStep = State.Step;
    }

    /// <summary>Trains until all steps are done or <paramref name="stop"/> asks to save and leave.</summary>
    /// <exception cref="GrimoireException">The loss diverged, or a checkpoint cannot be written; the last good checkpoint remains.</exception>
    public TrainingOutcome Train(CancellationToken stop = default)
    {
        while (State.Step < settings.Steps)
        {
            if (stop.IsCancellationRequested)
            {
                Save();
                return TrainingOutcome.Stopped;
            }

            Step();
            bool last = State.Step == settings.Steps;
            bool best = (last || Due(settings.EvaluationInterval)) && Validate();
            if (Sample is not null && (last || Due(settings.SampleInterval)))
                WriteSamples();
            // The first checkpoint proves, before hours have gone by, that one can be written. None is due while the loss is far off: it would push out good ones.
            bool due = Due(settings.CheckpointInterval) && State.Watchdog.Strikes == 0;
            if (last || best || due || State.Step == 1)
                Save();
        }

        return TrainingOutcome.Finished;
    }

    /// <summary>The mean loss of the next step's data before any change, nats per token: near ln V in an untrained model.</summary>
    public double FirstLoss()
    {
        TrainingBatch batch = data.Draw(State.Sequences, settings.Batch);
        Tape? before = workspace.Exchange(null);
        workspace.Reset();
        double loss = LanguageModeling.Loss(model.Transformer, model.Transformer.Begin(workspace, batch.ToBatch()), batch.Targets).Item() / batch.TargetCount;
        workspace.Exchange(before);
        return loss;
    }

    private bool Due(int interval) => interval > 0 && State.Step % interval == 0;

    private void Step()
    {
        long begin = Stopwatch.GetTimestamp();
        TrainingBatch[] batches = [.. Enumerable.Range(0, settings.Accumulate).Select(i => data.Draw(State.Sequences + ((long)i * settings.Batch), settings.Batch))];

        // Dividing by the targets of the whole step makes accumulation over unequal lengths the same as one large batch.
        int targets = batches.Sum(b => b.TargetCount);
        double loss = 0;
        for (int i = 0; i < batches.Length; i++)
            loss += Accumulate(batches[i], i, 1f / targets) / targets;

        double norm = optimizer.GradientNorm();
        (WatchdogState watchdog, string? fault) = Watchdog.Judge(State.Watchdog, loss, norm);
        if (fault is not null)
            throw Diverged(State.Step + 1, fault);
        float rate = schedule.Rate(State.Step);
        optimizer.Step(rate, Optimizer.ClipScale(norm, settings.Clip));
        optimizer.ZeroGradients();

        double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        State = State with
        {
            Step = State.Step + 1,
            Sequences = State.Sequences + ((long)settings.Accumulate * settings.Batch),
            Tokens = State.Tokens + targets,
            Seconds = State.Seconds + seconds,
            Watchdog = watchdog,
        };
        if (Due(settings.LogInterval) || State.Step == 1 || State.Step == settings.Steps)
            LogStep(loss, rate, norm);
        Progress?.Report(new TrainingEvent.Stepped(State.Step, loss, rate, norm, targets, seconds));
    }

    /// <summary>Adds one pass's gradients; returns the sum of its losses.</summary>
    private double Accumulate(TrainingBatch batch, int index, float scale)
    {
        workspace.Exchange(tape);
        workspace.Reset();
        var options = new PassOptions(settings.Dropout, CountedRandom.Bits(settings.Seed, (ulong)State.Step, (ulong)index), settings.Recompute);
        Pass pass = model.Transformer.Begin(workspace, batch.ToBatch(), options);
        Tensor loss = LanguageModeling.Loss(model.Transformer, pass, batch.Targets, settings.Loss);
        tape.Backward(loss, scale);
        workspace.Exchange(null);
        return loss.Item();
    }

    /// <summary>Measures the held-out text; true if it was never better.</summary>
    private bool Validate()
    {
        if (validation is null)
            return false;
        double loss = validation.Loss(model.Transformer, workspace);
        double bits = validation.BitsPerByte(loss);
        bool best = loss < State.BestLoss;
        if (best)
            State = State with { BestLoss = loss, BestStep = State.Step };
        Log((Metric.ValidationLoss, loss), (Metric.BitsPerByte, bits));
        Progress?.Report(new TrainingEvent.Validated(State.Step, loss, bits, best));
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
        string folder = run.CheckpointFolder(State.Step);
        Checkpoint.Save(folder, model, optimizer, State);
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
    private void LogStep(double loss, double rate, double norm)
    {
        double tokensPerSecond = (State.Tokens - logged.Tokens) / (State.Seconds - logged.Seconds);
        logged = (State.Tokens, State.Seconds);
        Log((Metric.Loss, loss), (Metric.LearningRate, rate), (Metric.GradientNorm, norm), (Metric.TokensPerSecond, tokensPerSecond));
    }

    private void Log(params ReadOnlySpan<(string Name, double Value)> values) =>
        run.Log(new MetricRow(State.Step, [(Metric.Tokens, State.Tokens), (Metric.Seconds, State.Seconds), .. values]));

    private GrimoireException Diverged(long step, string fault)
    {
        optimizer.ZeroGradients();
        string kept = Checkpoint.Newest(run.Folder) is { } folder ? $"the last good checkpoint is {folder}" : "there is no checkpoint yet";
        return new GrimoireException($"Step {step}: {fault}; {kept}. Start again with a lower learning rate (--lr), more warm-up (--warmup) or stronger clipping (--clip).");
    }
}
