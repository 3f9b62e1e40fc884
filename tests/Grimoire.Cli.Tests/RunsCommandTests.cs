using System.Text.Json.Nodes;
using Grimoire.Evaluation;
using Grimoire.Training.Runs;

namespace Grimoire.Cli.Tests;

public class RunsCommandTests
{
    [Fact]
    public void Evaluations_are_listed_shown_and_compared()
    {
        using var scratch = new Scratch();
        Write(scratch["a"], [1, 0, 0, 0]);
        Write(scratch["b"], [1, 1, 1, 0]);
        string list = Outcome.Of("runs", "--in", scratch.Folder).AssertSucceeded().Output;
        Assert.Contains("acc 0.75", list, StringComparison.Ordinal);
        string shown = Outcome.Of("runs", "show", scratch["b"]).AssertSucceeded().Output;
        Assert.Contains("It was measured.", shown, StringComparison.Ordinal);
        Assert.Contains("0.7500", shown, StringComparison.Ordinal);
        string compared = Outcome.Of("runs", "compare", scratch["a"], scratch["b"]).AssertSucceeded().Output;
        Assert.Contains("+0.5000", compared, StringComparison.Ordinal);
    }

    [Fact]
    public void An_evaluation_is_no_model_and_not_compared_with_a_training_run()
    {
        using var scratch = new Scratch();
        Write(scratch["a"], [1, 0]);
        using (Run run = Run.Create(scratch["run"], Info("pretrain")))
            run.End(RunStatus.Finished);
        Outcome.Of("runs", "compare", scratch["a"], scratch["run"]).AssertRefused(Tool.Failed, "is an evaluation");
        Outcome.Of("generate", scratch["a"]).AssertRefused(Tool.Failed, "an evaluation and no model");
    }

    private static void Write(string folder, int[] right) => EvaluationFolder.Write(
        folder,
        new EvaluationResult { Run = Info("evaluate"), Title = "t", Summary = "It was measured.", Figures = [new Figure("acc", right.Average())] },
        right.Select((score, i) => new JsonObject { ["id"] = $"{i}", ["task"] = "t", ["scores"] = new JsonObject { ["acc"] = score } }));

    private static RunInfo Info(string kind) => new() { Kind = kind, Command = [kind], Recipe = [], Seed = 1 };
}
