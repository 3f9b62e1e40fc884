using System.Text.Json.Nodes;
using Grimoire.Evaluation.Tasks;
using Grimoire.Training.Runs;

namespace Grimoire.Evaluation.Reasoning;

public class StrategyReportTests
{
    private static readonly TaskFile Sums = new() { Name = "sums", Kind = TaskKind.Generate, Metrics = [new TaskMetric("acc", "number")] };

    [Fact]
    public void Each_strategy_has_its_accuracy_its_tokens_and_its_difference_from_the_first()
    {
        StrategyOutcome[] outcomes = [Outcome("greedy", 10, i => i < 30), Outcome("vote:4", 40, i => i is >= 2 and < 60)];
        EvaluationResult result = StrategyReport.Of(Run, "m", [Sums], outcomes, new TaskOptions());
        Assert.Equal(
            [("sums@greedy", 0.3), ("sums@vote:4", 0.58)], result.Figures.Where(figure => figure.Name == "acc").Select(figure => (figure.Of, figure.Value)));
        DataTable table = result.Tables[0];
        Assert.Equal(["greedy", "0.3000"], table.Rows[0].Take(2));
        Assert.Equal("10.0", table.Rows[0][2]);
        Assert.Equal(["40.0", "+0.2800"], table.Rows[1].Skip(2).Take(2));
        Assert.Equal(["30", "2"], table.Rows[1].Skip(6));
        Assert.Equal([(10, 0.3), (40, 0.58)], result.Plots[0].Series.Select(series => series.Points[0]));
        Assert.Contains("acc 0.5800 by vote:4 for 40.0 tokens an answer, against 0.3000 by greedy for 10.0", result.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_models_are_compared_strategy_by_strategy()
    {
        using var scratch = new Scratch();
        Write("a", i => i < 30, i => i < 40);
        Write("b", i => i < 35, i => i < 80);
        FigureDifference[] acc = [.. EvaluationComparison.Of(scratch["a"], scratch["b"]).Differences.Where(difference => difference.A.Name == "acc")];
        Assert.Equal([5, 40], acc.Select(difference => difference.Raised));
        Assert.Equal(0.4, acc[1].Paired!.Difference, 12);

        void Write(string name, Func<int, bool> greedy, Func<int, bool> vote)
        {
            StrategyOutcome[] outcomes = [Outcome("greedy", 10, greedy), Outcome("vote:4", 40, vote)];
            EvaluationFolder.Write(scratch[name], StrategyReport.Of(Run, name, [Sums], outcomes, new TaskOptions()), StrategyReport.Rows(outcomes));
        }
    }

    private static RunInfo Run => new() { Kind = "evaluate", Command = ["evaluate"], Recipe = [], Seed = 1 };

    private static StrategyOutcome Outcome(string plan, int tokens, Func<int, bool> right) => new(
        ReasoningStrategy.Parse(plan, new ReasoningSettings())[0],
        [
            new ScoredTask(Sums, 0, true, [.. Enumerable.Range(0, 100).Select(i => new ScoredExample(
                new TaskExample { Id = $"sums/{i}", Row = [] }, new Dictionary<string, double> { ["acc"] = right(i) ? 1 : 0 }, new JsonObject { ["answer"] = "?" })
                { Tokens = tokens })]),
        ]);
}
