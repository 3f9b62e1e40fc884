using Grimoire.Training;
using Grimoire.Training.Recipes;
using Grimoire.Training.Runs;

namespace Grimoire.Cli;

/// <summary>A stage from the plan to the last word, as every verb that trains a model further shows it.</summary>
internal static class StageSession
{
    /// <summary>Begins or continues the run in a folder and returns the exit code.</summary>
    /// <param name="terminal">Where to show it.</param>
    /// <param name="stage">What to do.</param>
    /// <param name="folder">The run folder.</param>
    /// <param name="command">The arguments with which this was asked for.</param>
    public static int Run(Terminal terminal, Stage stage, string folder, IReadOnlyList<string> command)
    {
        if (RunSession.IsFinished(folder, command))
        {
            terminal.Line($"[bold]{folder}[/] is finished. Begin another with another --run folder.");
            LastWord(terminal, stage, folder);
            return Tool.Success;
        }

        (TrainingOutcome outcome, long step, long steps) = Train(terminal, stage, folder, command);
        if (outcome == TrainingOutcome.Stopped)
            return RunSession.Stopped(terminal, step, steps, command);
        terminal.Line();
        terminal.Line($"[bold green]Finished.[/]");
        LastWord(terminal, stage, folder);
        return Tool.Success;
    }

    /// <summary>Begins or continues the run and shows how it goes, with its report at the end; returns how it ended and after how many of its steps.</summary>
    public static (TrainingOutcome Outcome, long Step, long Steps) Train(Terminal terminal, Stage stage, string folder, IReadOnlyList<string> command)
    {
        TrainingDisplay display = TrainingDisplay.For(terminal, answers: true);
        using StageRun run = RunSession.Preparing(terminal, progress => StageRun.Prepare(stage, folder, command, progress, display));
        terminal.Stop.ThrowIfCancellationRequested();
        StagePlanScreen.Show(terminal, run.Plan, folder);
        var pace = new TrainingPace(run.Plan.Steps, run.Plan.ResumedFrom ?? 0, run.Plan.EstimatedSeconds);
        TrainingOutcome outcome = display.While(pace, () => run.Train(terminal.Stop));
        if (outcome == TrainingOutcome.Finished)
            run.WriteReport();
        return (outcome, run.State.Step, run.Plan.Steps);
    }

    /// <summary>What has moved, where the model is, and what to do with it next.</summary>
    private static void LastWord(Terminal terminal, Stage stage, string folder)
    {
        RunSummary run = RunSummary.Read(folder);
        IReadOnlyList<MetricChange> changes = MetricChange.Of(Training.Runs.Run.Metrics(folder), run.Info.Results);
        Sheet.Facts(terminal,
        [
            .. changes.Select(change => (Metric.Words(change.Name), change.Before is { } before
                ? $"{Numbers.Metric(before)} → {Numbers.Metric(change.After)}" : Numbers.Metric(change.After))),
            ("time", $"{Numbers.Duration(run.Seconds)} of training"),
            ("run folder", folder),
            ("model", StageRun.ModelFolder(folder)),
            ("report", Path.Combine(folder, "report.html")),
        ]);
        terminal.Line();
        (string purpose, IReadOnlyList<string> next) = stage.Next(folder);
        terminal.Line($"{purpose}:");
        terminal.Out.WriteLine($"  {CommandText.Of(["grimoire", .. next])}");
    }
}
