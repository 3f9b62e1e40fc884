using System.Globalization;
using System.Text.Json.Nodes;
using Grimoire.Evaluation.Tasks;
using Grimoire.Training.Runs;

namespace Grimoire.Evaluation.Reasoning;

/// <summary>What a strategy made of the tasks.</summary>
/// <param name="Strategy">The strategy.</param>
/// <param name="Tasks">What came of each task that is answered freely.</param>
public sealed record StrategyOutcome(AnswerStrategy Strategy, IReadOnlyList<ScoredTask> Tasks);

/// <summary>
/// Several strategies on the same examples: what each is worth for the tokens it spends, and whether it is better than the first by more than luck. Figures and
/// examples of a strategy are those of the task <c>TASK@STRATEGY</c>.
/// </summary>
public static class StrategyReport
{
    /// <summary>The result of an evaluation with several strategies.</summary>
    /// <param name="run">What was asked for.</param>
    /// <param name="model">What to call the model.</param>
    /// <param name="asked">The tasks and groups that were asked for.</param>
    /// <param name="outcomes">What came of each strategy, at least one, the one the others are held against first.</param>
    /// <param name="options">How the tasks were run.</param>
    public static EvaluationResult Of(RunInfo run, string model, IReadOnlyList<TaskFile> asked, IReadOnlyList<StrategyOutcome> outcomes, TaskOptions options)
    {
        EvaluationResult[] results =
            [.. outcomes.Select(outcome => TaskReport.Of(run, model, asked, outcome.Tasks, options with { Strategy = outcome.Strategy }))];
        string[] names = [.. outcomes[0].Tasks.Select(task => task.Task.Name)];
        return results[0] with
        {
            Summary = string.Join(" ", names.Select(name => Summary(name, outcomes))),
            Figures = [.. outcomes.Zip(results).SelectMany(of => of.Second.Figures.Select(figure => figure with { Of = At(figure.Of, of.First) }))
                .OrderBy(figure => figure.Name == "tokens")],
            Tables =
            [
                .. names.Select(name => Table(name, outcomes, options)),
                .. outcomes.Zip(results).SelectMany(of => of.Second.Tables.Select(table => table with { Title = $"{table.Title}, {of.First.Strategy.Name}" })),
            ],
            Plots = [.. names.Select(name => Plot(name, outcomes))],
        };
    }

    /// <summary>The rows of <see cref="EvaluationFolder.ExamplesFile"/>.</summary>
    public static IEnumerable<JsonObject> Rows(IReadOnlyList<StrategyOutcome> outcomes)
    {
        foreach (StrategyOutcome outcome in outcomes)
        {
            foreach (JsonObject row in TaskReport.Rows(outcome.Tasks))
            {
                row["id"] = At(row["id"]!.GetValue<string>(), outcome);
                row["task"] = At(row["task"]!.GetValue<string>(), outcome);
                yield return row;
            }
        }
    }

    private static string At(string name, StrategyOutcome outcome) => $"{name}@{outcome.Strategy.Name}";

    private static ScoredTask Task(StrategyOutcome outcome, string name) => outcome.Tasks.First(task => task.Task.Name == name);

    private static double[] Scores(ScoredTask task) => [.. task.Examples.Select(example => example.Scores[task.Task.Metrics[0].Name])];

    private static double Tokens(ScoredTask task) => task.Examples.Average(example => (double)example.Tokens);

    private static string Summary(string name, IReadOnlyList<StrategyOutcome> outcomes)
    {
        StrategyOutcome best = outcomes.MaxBy(outcome => Scores(Task(outcome, name)).Average())!;
        ScoredTask first = Task(outcomes[0], name), found = Task(best, name);
        string metric = found.Task.Metrics[0].Name;
        string held = best == outcomes[0] ? "and no other strategy is better"
            : $"against {Figure.Text(Scores(first).Average())} by {outcomes[0].Strategy.Name} for {Shown(Tokens(first))}";
        return $"{name}: {metric} {Figure.Text(Scores(found).Average())} by {best.Strategy.Name} for {Shown(Tokens(found))} tokens an answer, {held}.";
    }

    private static DataTable Table(string name, IReadOnlyList<StrategyOutcome> outcomes, TaskOptions options)
    {
        ScoredTask first = Task(outcomes[0], name);
        return new DataTable(
            $"{name}: {first.Task.Metrics[0].Name} for tokens spent",
            [
                "Strategy", ">" + first.Task.Metrics[0].Name, ">Tokens an answer", $">Against {outcomes[0].Strategy.Name}", ">95 % interval", ">p", ">Raised",
                ">Lowered",
            ],
            [.. outcomes.Select(outcome => Row(outcome, Task(outcome, name), first, options))]);
    }

    private static IReadOnlyList<string> Row(StrategyOutcome outcome, ScoredTask task, ScoredTask first, TaskOptions options)
    {
        double[] scores = Scores(task), others = Scores(first);
        IReadOnlyList<string> own = [outcome.Strategy.Name, Figure.Text(scores.Average()), Shown(Tokens(task))];
        if (ReferenceEquals(task, first))
            return [.. own, "–", "–", "–", "–", "–"];
        PairedComparison paired = SignTest.Compare(others, scores, options.Seed) ?? PairedTests.ApproximateRandomization(others, scores, seed: options.Seed);
        return
        [
            .. own, Signed(paired.Difference), $"{Signed(paired.Interval.Lower)} … {Signed(paired.Interval.Upper)}", EvaluationComparison.Shown(paired.PValue),
            $"{scores.Zip(others).Count(pair => pair.First > pair.Second)}", $"{scores.Zip(others).Count(pair => pair.First < pair.Second)}",
        ];
    }

    private static Plot Plot(string name, IReadOnlyList<StrategyOutcome> outcomes) => new(
        $"{name}: accuracy against tokens spent", "tokens generated for an answer", Task(outcomes[0], name).Task.Metrics[0].Name,
        [.. outcomes.Select(outcome => (outcome.Strategy.Name, Task: Task(outcome, name)))
            .Select(of => new PlotSeries(of.Name, [(Tokens(of.Task), Scores(of.Task).Average())], Joined: false))])
    {
        Lead = "Tokens are all that the model generated, samples that were not chosen among them; " +
            "what was put into its text (cues, results, \"Wait\") it read and did not generate.",
    };

    private static string Shown(double tokens) => tokens.ToString("0.0", CultureInfo.InvariantCulture);

    private static string Signed(double value) => EvaluationComparison.Signed(value);
}
