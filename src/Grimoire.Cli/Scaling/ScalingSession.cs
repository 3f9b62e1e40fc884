using Grimoire.Evaluation;
using Grimoire.Evaluation.Scaling;
using Grimoire.Training;
using Grimoire.Training.Recipes;

namespace Grimoire.Cli;

/// <summary>A sweep from the plan to the last word.</summary>
internal static class ScalingSession
{
    /// <summary>Begins or continues the sweep in a folder and returns the exit code.</summary>
    /// <param name="terminal">Where to show it.</param>
    /// <param name="recipe">What to do.</param>
    /// <param name="folder">The sweep's folder.</param>
    /// <param name="command">The arguments with which this was asked for.</param>
    /// <param name="planOnly">Whether to show the plan and train nothing.</param>
    public static int Run(Terminal terminal, SweepRecipe recipe, string folder, IReadOnlyList<string> command, bool planOnly)
    {
        if (RunSession.IsFinished(folder, command))
        {
            terminal.Line($"[bold]{folder}[/] is finished. Begin another with another --run folder.");
            ScaleScreen.Result(terminal, EvaluationFolder.Read(folder), folder);
            return Tool.Success;
        }

        ScalingSweep sweep = RunSession.Preparing(terminal, progress =>
        {
            ScalingSweep prepared = ScalingSweep.Prepare(recipe, folder, command, progress);
            prepared.Time(progress);
            return prepared;
        });
        ScaleScreen.Plan(terminal, sweep);
        if (planOnly)
            return Tool.Success;
        terminal.Stop.ThrowIfCancellationRequested();
        while (sweep.Open.FirstOrDefault() is { } run)
        {
            if (run.IsLargest)
                ScaleScreen.Foretold(terminal, sweep.Foretell(), run);
            if (!Train(terminal, sweep, run, command))
                return Tool.Stopped;
        }

        EvaluationResult? result = null;
        Waiting.While(terminal, "fitting the law", share => result = sweep.Conclude(share));
        ScaleScreen.Result(terminal, result!, folder);
        return Tool.Success;
    }

    /// <summary>Trains a run to its end; false where it was stopped before.</summary>
    private static bool Train(Terminal terminal, ScalingSweep sweep, SweepRun run, IReadOnlyList<string> command)
    {
        TrainingDisplay display = TrainingDisplay.For(terminal, answers: false);
        terminal.Line($"[bold]Run {sweep.Done.Count + 1} of {sweep.Plan.Runs.Count}: {run.Name}[/], {Numbers.Duration(sweep.SecondsLeft)} left in all");
        using Pretraining pretraining = sweep.Begin(run, events: display);
        if (display.While(TrainingSession.Pace(pretraining.Plan, run.Recipe.Threads), () => pretraining.Train(terminal.Stop)) == TrainingOutcome.Stopped)
        {
            RunSession.Stopped(terminal, pretraining.State.Step, pretraining.Plan.Steps, command);
            return false;
        }

        pretraining.WriteReport();
        SweptRun done = sweep.Finish(run);
        terminal.Line($"  loss {Numbers.Loss(done.Loss)} nats a token, {Numbers.Fixed(done.BitsPerByte, 3)} bits a byte, {Numbers.Duration(done.Seconds)}");
        return true;
    }
}
