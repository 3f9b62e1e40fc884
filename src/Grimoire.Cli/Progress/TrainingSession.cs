using Grimoire.Models.Tokenizers;
using Grimoire.Tensors;
using Grimoire.Training;
using Grimoire.Training.Recipes;
using Grimoire.Training.Runs;

namespace Grimoire.Cli;

/// <summary>A training run from the plan to the last word, as pretrain and quickstart show it.</summary>
internal static class TrainingSession
{
    private const string Beginning = "Once upon a time";
    private static readonly TimeSpan MeasuringPeak = TimeSpan.FromMilliseconds(60);

    /// <summary>Begins or continues the run in a folder and returns the exit code.</summary>
    /// <param name="terminal">Where to show it.</param>
    /// <param name="recipe">What to do.</param>
    /// <param name="folder">The run folder.</param>
    /// <param name="command">The arguments with which this was asked for.</param>
    /// <param name="again">How to begin afresh, in a few words.</param>
    public static int Run(Terminal terminal, PretrainRecipe recipe, string folder, IReadOnlyList<string> command, string again)
    {
        if (RunSession.IsFinished(folder, command))
        {
            terminal.Line($"[bold]{folder}[/] is finished. {again}");
            LastWord(terminal, folder);
            return Tool.Success;
        }

        (TrainingOutcome outcome, long step, long steps) = Train(terminal, recipe, folder, command);
        if (outcome == TrainingOutcome.Stopped)
            return RunSession.Stopped(terminal, step, steps, command);
        terminal.Line();
        terminal.Line($"[bold green]Finished.[/]");
        LastWord(terminal, folder);
        return Tool.Success;
    }

    /// <summary>Begins or continues the run and shows how it goes, with its report at the end; returns how it ended and after how many of its steps.</summary>
    public static (TrainingOutcome Outcome, long Step, long Steps) Train(Terminal terminal, PretrainRecipe recipe, string folder, IReadOnlyList<string> command)
    {
        TrainingDisplay display = TrainingDisplay.For(terminal, answers: false);
        using Pretraining pretraining = RunSession.Preparing(terminal, progress => Pretraining.Prepare(recipe, folder, command, progress, display));
        terminal.Stop.ThrowIfCancellationRequested();
        PlanScreen.Show(terminal, pretraining.Plan, folder, pretraining.Model.Tokenizer.VocabularySize);
        TrainingOutcome outcome = display.While(Pace(pretraining.Plan, recipe.Threads), () => pretraining.Train(terminal.Stop));
        if (outcome == TrainingOutcome.Finished)
            pretraining.WriteReport();
        return (outcome, pretraining.State.Step, pretraining.Plan.Steps);
    }

    /// <summary>The pace of a run that is about to begin or go on.</summary>
    internal static TrainingPace Pace(PretrainingPlan plan, int? threads)
    {
        double peak = MachineLimits.Flops(threads ?? Environment.ProcessorCount, MeasuringPeak).Best, perToken = plan.Operations / plan.Tokens;
        return new TrainingPace(plan.Steps, plan.ResumedFrom ?? 0, plan.EstimatedSeconds, rate => rate * perToken / peak);
    }

    /// <summary>What came out, where it is, and how to talk to it.</summary>
    private static void LastWord(Terminal terminal, string folder)
    {
        RunSummary run = RunSummary.Read(folder);
        double? Result(string name) => run.Info.Results.TryGetValue(name, out double value) ? value : null;
        List<(string, string)> facts =
        [
            ("training loss", Numbers.Loss(run.Loss)),
            ("time", $"{Numbers.Duration(run.Seconds)} of training"),
            ("run folder", folder),
            ("model", Path.Combine(folder, "model")),
            ("report", Path.Combine(folder, "report.html")),
        ];
        if (Result(Metric.ValidationLoss) is { } loss)
            facts.Insert(1, ("validation loss", $"{Numbers.Loss(loss)} nats a token, {Numbers.Fixed(Result(Metric.BitsPerByte) ?? double.NaN, 3)} " +
                "bits a byte, on all text held out"));
        Sheet.Facts(terminal, facts);
        terminal.Line();
        terminal.Line($"Talk to it:");
        terminal.Out.WriteLine($"  {CommandText.Of(["grimoire", "generate", folder, .. Prompt(folder)])}");
    }

    /// <summary>A beginning that the model's tokenizer can write.</summary>
    private static string[] Prompt(string folder)
    {
        try
        {
            Tokenizer.Load(Path.Combine(folder, "model")).Encode(Beginning);
            return ["--prompt", Beginning];
        }
        catch (GrimoireException)
        {
            return [];
        }
    }
}
