using Grimoire.Training.Runs;

namespace Grimoire.Training.Recipes;

/// <summary>What every run goes through, whatever is trained in it.</summary>
internal static class RunCourse
{
    /// <summary>Begins a run, or takes it up after the step where it stands, rid of what came later or was left unfinished.</summary>
    public static Run Open(string folder, Standing standing, Func<RunInfo> info)
    {
        if (!standing.Begun)
            return Run.Create(folder, info());
        Run resumed = Run.Resume(folder, standing.State.Step);
        Checkpoint.CleanUp(folder, standing.State.Step);
        return resumed;
    }

    /// <summary>Trains to the end or until <paramref name="stop"/> asks to leave, and writes down how it ended.</summary>
    /// <param name="run">The run.</param>
    /// <param name="trainer">What trains.</param>
    /// <param name="steps">Steps in all.</param>
    /// <param name="finished">Whether the run was finished before.</param>
    /// <param name="begin">What is done before the first step.</param>
    /// <param name="finish">Keeps the best model and tells what came out.</param>
    /// <param name="stop">Asks to save and leave.</param>
    public static TrainingOutcome Train(
        Run run, Trainer trainer, long steps, bool finished, Action begin, Func<IReadOnlyDictionary<string, double>> finish, CancellationToken stop)
    {
        try
        {
            if (trainer.State.Step == 0)
                begin();
            TrainingOutcome outcome = trainer.Train(stop);
            if (finished)
                run.End(RunStatus.Finished);
            else if (outcome == TrainingOutcome.Finished)
                run.End(RunStatus.Finished, results: finish());
            else
                run.End(RunStatus.Stopped, $"stopped after {trainer.State.Step} of {steps} steps");
            return outcome;
        }
        catch (GrimoireException e)
        {
            run.TryEnd(RunStatus.Failed, e.Message);
            throw;
        }
    }

    /// <summary>
    /// Puts what was trained back to where it was best, and returns that step: the last where nothing was validated, or where the best checkpoint was damaged
    /// meanwhile.
    /// </summary>
    public static long TakeBest(Run run, Learner learner, TrainerState state)
    {
        if (state.BestStep == 0 || state.BestStep == state.Step || Checkpoint.Fault(run.CheckpointFolder(state.BestStep)) is not null)
            return state.Step;
        learner.Restore(run.CheckpointFolder(state.BestStep));
        return state.BestStep;
    }

    /// <summary>What the trainer needs to know of settings.</summary>
    public static TrainerSettings Settings(long steps, double dropout, bool recompute, long seed, OptimizerSettings optimizer, LogSettings log) => new()
    {
        Steps = steps,
        Clip = optimizer.Clip,
        Dropout = (float)dropout,
        Recompute = recompute,
        Seed = (ulong)seed,
        LogInterval = log.Interval,
        EvaluationInterval = log.EvaluationInterval,
        SampleInterval = log.SampleInterval,
        CheckpointInterval = log.CheckpointInterval,
        Keep = log.Keep,
    };
}
