using System.Text.Json.Nodes;
using Grimoire.Evaluation;

namespace Grimoire.Cli.Tests;

public sealed class HallucinationsCommandTests(TalkingModel talking) : IClassFixture<TalkingModel>, IDisposable
{
    private const string Questions = """
        {"prompt": "Where is Oakton?", "answer": "In the north.", "wordings": ["Oakton is where?"]}
        {"prompt": "Who am I?", "answer": null}
        """;

    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void Questions_of_ones_own_are_asked_judged_and_kept_and_the_same_command_asks_no_more()
    {
        string[] command = Command("--samples", "3", "--out", scratch["out"]);
        string output = Outcome.Of(command).AssertSucceeded().Output;
        Assert.Contains("Of 2 questions, 0 were answered right, 2 wrong, and 0 not at all.", output, StringComparison.Ordinal);
        Assert.Contains("semantic_entropy", output, StringComparison.Ordinal);
        Assert.Equal(2 * 4 + 1, File.ReadLines(Path.Combine(scratch["out"], "answers.jsonl")).Count());
        JsonObject row = EvaluationFolder.Examples(scratch["out"])[0];
        Assert.Equal(3, row["samples"]!.AsArray().Count);
        Assert.Single(row["reworded"]!.AsArray());
        Assert.True(row["detectors"]!["surprise_mean"]!.GetValue<double>() > 0);
        Assert.Equal(output, Outcome.Of(command).AssertSucceeded().Output);
        Outcome.Of(Command("--samples", "4", "--out", scratch["out"])).AssertRefused(Tool.Failed, "another request", "samples");
        Assert.Contains("hallucinations", Outcome.Of("runs", "--in", scratch.Folder).AssertSucceeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_figures_come_as_json()
    {
        JsonNode json = JsonNode.Parse(Outcome.Of(Command("--samples", "0", "--wordings", "0", "--json", "--out", scratch["out"])).AssertSucceeded().Output)!;
        Assert.Equal("wrong", json["figures"]![1]!["name"]!.GetValue<string>());
        Assert.Equal(1, json["figures"]![1]!["value"]!.GetValue<double>());
    }

    [Fact]
    public void What_is_no_question_and_what_is_no_model_is_refused()
    {
        string bad = scratch.Write("bad.jsonl", "{\"prompt\": \"a?\"}");
        Outcome.Of("hallucinations", talking.Model, "--questions", bad).AssertRefused(Tool.Failed, "bad.jsonl, line 1", "answer");
        Outcome.Of("hallucinations", scratch["nothing"]).AssertRefused(Tool.Failed, "nothing");
        Outcome.Of("hallucinations", talking.Model, "--samples", "-1").AssertRefused(Tool.WrongUsage, "--samples");
    }

    private string[] Command(params string[] more) =>
    [
        "hallucinations", talking.Model, "--template", talking.Template, "--questions", scratch.Write("questions.jsonl", Questions), "--max-tokens", "8",
        "--threads", "1", .. more,
    ];
}
