using Grimoire.Training;
using Grimoire.Training.Recipes;
using Grimoire.Training.Runs;
using Spectre.Console;

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
        if (IsFinished(folder, command))
        {
            terminal.Line($"[bold]{folder}[/] is finished. Begin another with another --run folder.");
            LastWord(terminal, stage, folder);
            return Tool.Success;
        }

        TrainingDisplay display = TrainingDisplay.For(terminal);
        using StageRun run = Prepare(terminal, stage, folder, command, display);
        terminal.Stop.ThrowIfCancellationRequested();
        StagePlanScreen.Show(terminal, run.Plan, folder);
        if (display.While(new TrainingPace(run.Plan.Steps, run.Plan.ResumedFrom ?? 0, run.Plan.EstimatedSeconds), () => run.Train(terminal.Stop))
            == TrainingOutcome.Stopped)
        {
            terminal.Line($"Stopped after step {Numbers.Count(run.State.Step)} of {Numbers.Count(run.Plan.Steps)} and saved. To go on:");
            terminal.Out.WriteLine($"  {CommandText.Of(["grimoire", .. command])}");
            return Tool.Stopped;
        }

        run.WriteReport();
        terminal.Line();
        terminal.Line($"[bold green]Finished.[/]");
        LastWord(terminal, stage, folder);
        return Tool.Success;
    }

    private static bool IsFinished(string folder, IReadOnlyList<string> command) =>
        Training.Runs.Run.Exists(folder) && Training.Runs.Run.ReadInfo(folder) is { Status: RunStatus.Finished } info && info.Command.SequenceEqual(command);

    private static StageRun Prepare(Terminal terminal, Stage stage, string folder, IReadOnlyList<string> command, TrainingDisplay display)
    {
        if (!terminal.IsLive)
            return StageRun.Prepare(stage, folder, command, new Telling<string>(what => terminal.Out.WriteLine(what + " …")), display);
        return terminal.Console.Status().Spinner(Spinner.Known.Dots).Start("preparing …", status =>
            StageRun.Prepare(stage, folder, command, new Telling<string>(what => status.Status(Markup.Escape(what) + " …")), display));
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
