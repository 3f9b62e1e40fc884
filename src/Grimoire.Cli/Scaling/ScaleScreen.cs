using Grimoire.Evaluation;
using Grimoire.Evaluation.Scaling;
using Grimoire.Training.Runs;

namespace Grimoire.Cli;

/// <summary>What sweeps and fits show.</summary>
internal static class ScaleScreen
{
    /// <summary>The runs of a sweep before they are trained.</summary>
    public static void Plan(Terminal terminal, ScalingSweep sweep)
    {
        SweepPlan plan = sweep.Plan;
        terminal.Line();
        terminal.Line($"[bold]The plan[/]");
        string[] headings = ["Run", ">Parameters", ">Tokens", ">Tokens a parameter", ">Rounds", ">Steps", ">Operations", ""];
        Sheet.Rows(terminal, headings, plan.Runs.Select(run => (IReadOnlyList<string>)
        [
            run.Name, Numbers.Short(run.Parameters), Numbers.Short(run.Tokens), Numbers.Short((double)run.Tokens / run.Parameters),
            Numbers.Fixed((double)run.Tokens / sweep.TrainTokens, 2), Numbers.Count(run.Recipe.Steps!.Value), Numbers.Short(run.Operations),
            sweep.Done.Any(done => done.Run.Name == run.Name) ? "done" : run.IsLargest ? "foretold first" : "",
        ]));
        foreach ((ModelSize size, double budget) in plan.LeftOut)
            terminal.Line($"  {size} is left out of {Numbers.Short(budget)} operations: they would last it too few steps.");
        Sheet.Facts(terminal,
            ("folder", sweep.Folder),
            ("text", $"{Numbers.Count(sweep.TrainTokens)} tokens to train on"),
            ("parameters", "all trained values; the embedding counts, as it is the unembedding and multiplies"),
            ("operations", "of forward and backward passes, attention's included; about six for each parameter and token"),
            ("work", $"{plan.Runs.Count} runs, {Numbers.Short(plan.Operations)} operations; about {Numbers.Duration(sweep.SecondsLeft)} left on this machine"));
        terminal.Line();
    }

    /// <summary>What was foretold of a run.</summary>
    public static void Foretold(Terminal terminal, ScalingPrediction prediction, SweepRun run)
    {
        if (prediction.Runs.FirstOrDefault(predicted => predicted.Name == run.Name) is { } foretold)
        {
            string interval = $"{Numbers.Loss(foretold.Interval.Lower)} … {Numbers.Loss(foretold.Interval.Upper)}";
            terminal.Line($"[bold]Foretold[/] from {prediction.Points} smaller models: {run.Name} will reach {Numbers.Loss(foretold.Loss)} ({interval})");
        }
    }

    /// <summary>What was found, and where it lies.</summary>
    public static void Result(Terminal terminal, EvaluationResult result, string folder)
    {
        terminal.Line();
        terminal.Out.WriteLine(result.Summary);
        foreach (DataTable table in result.Tables)
            EvaluationScreen.Table(terminal, table);
        terminal.Line();
        Sheet.Facts(terminal,
            ("measured as", result.Figures.Select(figure => figure.Signature).First(signature => signature.Length > 0)),
            ("folder", folder),
            ("report", Path.Combine(folder, EvaluationFolder.ReportFile)));
    }
}
