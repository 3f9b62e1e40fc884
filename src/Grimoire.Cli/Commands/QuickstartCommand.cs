using System.CommandLine;
using System.Text.Json.Nodes;
using Grimoire.Models;
using Grimoire.Training;
using Grimoire.Training.Recipes;
using Grimoire.Training.Runs;

namespace Grimoire.Cli.Commands;

/// <summary><c>grimoire quickstart</c>: an assistant raised on the generated world, with no data at hand: pretrain, finetune, align.</summary>
internal static class QuickstartCommand
{
    private const string Kind = "quickstart";

    public static Verb Create()
    {
        Options<QuickstartSettings>? options = null;
        Verb verb = new("quickstart", "Raise a small assistant in five minutes, with no data at hand.", "grimoire quickstart",
            "grimoire quickstart --fresh --minutes 1")
        {
            Detail = "Writes a small generated language world, trains a tokenizer and a model on its text, teaches the model to answer and then, by what its own " +
                "answers earn, to answer better, and measures after each stage how well it does. Ctrl-C saves a checkpoint; the same command goes on from it.",
            Run = (parse, terminal) => Run(parse, terminal, options!.Read(parse, new QuickstartSettings())),
        };
        options = new Options<QuickstartSettings>(verb, QuickstartSettings.Settings, new QuickstartSettings());
        return verb;
    }

    private static int Run(ParseResult parse, Terminal terminal, QuickstartSettings settings)
    {
        if (settings.Fresh)
            Delete(settings.Run);
        string[] command = [.. parse.Tokens.Select(token => token.Value).Where(word => word != "--fresh")];
        var plan = new QuickstartPlan(settings, Device.Threads(parse));
        if (RunSession.IsFinished(plan.Folder, command))
        {
            terminal.Line($"[bold]{plan.Folder}[/] is finished. Begin anew with --fresh.");
            LastWord(terminal, plan);
            return Tool.Success;
        }

        using Run run = Open(plan.Folder, command, settings);
        try
        {
            return Raise(parse, terminal, plan, run, command);
        }
        catch (Exception e) when (e is GrimoireException or OperationCanceledException)
        {
            run.End(e is GrimoireException ? RunStatus.Failed : RunStatus.Stopped, e.Message);
            throw;
        }
    }

    private static int Raise(ParseResult parse, Terminal terminal, QuickstartPlan plan, Run run, IReadOnlyList<string> command)
    {
        Waiting.While(terminal, "writing a small world", () =>
        {
            QuickstartWorld.Write(plan);
            return true;
        });
        long measured = Training.Runs.Run.Metrics(plan.Folder) is [.., { Step: var last }] ? last : 0;
        for (int i = 0; i < QuickstartPlan.Stages.Count; i++)
        {
            string stage = QuickstartPlan.Stages[i], folder = plan.FolderOf(stage);
            if (!IsFinished(folder) && Train(terminal, plan, stage, folder) is { Outcome: TrainingOutcome.Stopped } stopped)
            {
                run.End(RunStatus.Stopped, $"stopped in the stage {stage}");
                return RunSession.Stopped(terminal, stopped.Step, stopped.Steps, command);
            }

            if (measured > i)
                continue;
            terminal.Stop.ThrowIfCancellationRequested();
            Waiting.While(terminal, "asking what it has learned", () =>
            {
                QuickstartScores.Measure(run, i + 1, StageRun.ModelFolder(folder), Device.Kernels(parse));
                return true;
            });
        }

        Finish(terminal, plan, run);
        return Tool.Success;
    }

    private static (TrainingOutcome Outcome, long Step, long Steps) Train(Terminal terminal, QuickstartPlan plan, string stage, string folder)
    {
        terminal.Line();
        terminal.Line($"[bold]{stage}[/]");
        return stage switch
        {
            "pretrain" => TrainingSession.Train(terminal, plan.Pretrain(), folder, [Kind, stage]),
            "finetune" => StageSession.Train(terminal, plan.Finetune(), folder, [Kind, stage]),
            _ => StageSession.Train(terminal, plan.Align(), folder, [Kind, stage]),
        };
    }

    /// <summary>The last stage's model becomes that of the whole.</summary>
    private static void Finish(Terminal terminal, QuickstartPlan plan, Run run)
    {
        LanguageModel.Load(StageRun.ModelFolder(plan.FolderOf(QuickstartPlan.Stages[^1]))).Save(StageRun.ModelFolder(plan.Folder));
        MetricRow last = Training.Runs.Run.Metrics(plan.Folder)[^1];
        var results = last.Values.ToDictionary();
        results[Metric.Seconds] = QuickstartPlan.Stages.Sum(stage => RunSummary.Read(plan.FolderOf(stage)).Seconds);
        run.End(RunStatus.Finished, results: results);
        QuickstartReport.Write(plan);
        terminal.Line();
        terminal.Line($"[bold green]Finished.[/]");
        LastWord(terminal, plan);
    }

    /// <summary>Begins the run of all stages, or goes on with it if the same was asked for.</summary>
    private static Run Open(string folder, IReadOnlyList<string> command, QuickstartSettings settings)
    {
        JsonObject recipe = QuickstartSettings.Settings.ToJson(settings with { Fresh = false });
        if (!Training.Runs.Run.Exists(folder))
            return Training.Runs.Run.Create(folder, new RunInfo { Kind = Kind, Command = command, Recipe = recipe, Seed = (ulong)settings.Seed });
        RunInfo then = Training.Runs.Run.ReadInfo(folder);
        return then.Kind == Kind && JsonNode.DeepEquals(then.Recipe, recipe)
            ? Training.Runs.Run.Resume(folder, long.MaxValue)
            : throw new GrimoireException($"{folder}: holds another run; choose another --run folder, or delete this one with --fresh.");
    }

    private static bool IsFinished(string folder) => Training.Runs.Run.Exists(folder) && Training.Runs.Run.ReadInfo(folder).Status == RunStatus.Finished;

    /// <summary>Deletes a run, and nothing that is no run or is at work.</summary>
    private static void Delete(string folder)
    {
        if (!Training.Runs.Run.Exists(folder))
            return;
        if (Training.Runs.Run.ReadInfo(folder).Status == RunStatus.Running)
            throw new GrimoireException($"{folder}: another process is at work on this run; stop it first.");
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>What each stage brought, and how to talk to what came of it.</summary>
    private static void LastWord(Terminal terminal, QuickstartPlan plan)
    {
        IReadOnlyList<MetricRow> rows = Training.Runs.Run.Metrics(plan.Folder);
        Sheet.Rows(terminal, ["never asked in training", .. rows.Select(row => ">" + QuickstartPlan.Stages[(int)row.Step - 1])],
            QuickstartScores.Told.Select(told => (IReadOnlyList<string>)
        [
            told.Words, .. rows.Select(row => row[told.Metric] is { } value ? QuickstartScores.Shown(told.Metric, value) : "–"),
        ]));
        Sheet.Facts(
            terminal,
            ("time", $"{Numbers.Duration(QuickstartPlan.Stages.Sum(stage => RunSummary.Read(plan.FolderOf(stage)).Seconds))} of training"),
            ("model", StageRun.ModelFolder(plan.Folder)),
            ("report", Path.Combine(plan.Folder, "report.html")));
        terminal.Line();
        terminal.Line($"Talk to it:");
        terminal.Out.WriteLine($"  {CommandText.Of(["grimoire", "chat", plan.Folder])}");
    }
}
