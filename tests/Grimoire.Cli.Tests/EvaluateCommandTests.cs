using System.Text.Json.Nodes;

namespace Grimoire.Cli.Tests;

public sealed class EvaluateCommandTests(TalkingModel talking) : IClassFixture<TalkingModel>, IDisposable
{
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void A_task_of_ones_own_comes_to_a_folder_and_the_same_command_shows_it()
    {
        string[] command = Command(Task());
        Outcome first = Outcome.Of(command).AssertSucceeded();
        Assert.Contains("mine acc", first.Output, StringComparison.Ordinal);
        foreach (string file in (string[])["run.json", "results.json", "examples.jsonl", "results.md", "report.html", "answers.jsonl"])
            Assert.True(File.Exists(scratch[$"out/{file}"]), file);
        Assert.Equal(["mine/0", "mine/1"], File.ReadAllLines(scratch["out/examples.jsonl"]).Select(line => (string?)JsonNode.Parse(line)!["id"]));
        string answers = File.ReadAllText(scratch["out/answers.jsonl"]);
        Assert.Equal(first.Output, Outcome.Of(command).AssertSucceeded().Output);

        File.Delete(scratch["out/run.json"]);
        Assert.Equal(first.Output, Outcome.Of(command).AssertSucceeded().Output);
        Assert.Equal(answers, File.ReadAllText(scratch["out/answers.jsonl"])); // nothing was asked twice
        Outcome.Of([.. command, "--limit", "1"]).AssertRefused(Tool.Failed, "limit", "--out");
        JsonNode json = JsonNode.Parse(Outcome.Of([.. command, "--json"]).AssertSucceeded().Output)!;
        Assert.Equal("acc", (string?)json["figures"]![0]!["name"]);
        Assert.Contains("evaluate", Outcome.Of("runs", "show", scratch["out"]).AssertSucceeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Show_prints_what_the_model_read_piece_by_piece_and_what_was_compared()
    {
        string shown = Outcome.Of([.. Command(Task()), "--show", "1"]).AssertSucceeded().Output;
        Assert.Contains("<|endoftext|>", Outcome.Of([.. Command(Task(context: "")), "--show", "1"]).AssertSucceeded().Output, StringComparison.Ordinal);
        Assert.Contains("O|n|e|?", shown, StringComparison.Ordinal);
        Assert.Contains("right     ·|y|e|s", shown, StringComparison.Ordinal);
        Assert.Contains("ln p -", shown, StringComparison.Ordinal);
        Assert.False(File.Exists(scratch["out/run.json"]));
    }

    [Fact]
    public void Free_answers_of_the_world_need_no_data()
    {
        string output = Outcome.Of(["evaluate", talking.Model, "--tasks", "world_sums", "--limit", "3", "--out", scratch["out"], "--threads", "1"]).AssertSucceeded().Output;
        Assert.Contains("world_sums acc 0.0000", output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_done_is_a_sentence()
    {
        Outcome.Of("evaluate", talking.Model).AssertRefused(Tool.WrongUsage, "--tasks", "--list");
        Outcome.Of("evaluate", "--tasks", "world").AssertRefused(Tool.WrongUsage, "--endpoint");
        Outcome.Of("evaluate", talking.Model, "--tasks", "arc_hard", "--out", scratch["out"]).AssertRefused(Tool.Failed, "arc_hard");
        Outcome.Of("evaluate", talking.Model, "--tasks", "boolqq", "--out", scratch["out"]).AssertRefused(Tool.Failed, "did you mean boolq");
        Outcome.Of("evaluate", talking.Model, "--tasks", "piqa", "--data", scratch["none"], "--out", scratch["out"]).AssertRefused(Tool.Failed, "piqa.jsonl", "--data", "llm-foundry");
        Outcome.Of("evaluate", "--endpoint", "localhost", "--model-name", "m", "--tasks", "world", "--out", scratch["out"]).AssertRefused(Tool.Failed, "http://");
        Outcome.Of("evaluate", "--endpoint", "http://localhost:1", "--tasks", "world", "--out", scratch["out"]).AssertRefused(Tool.WrongUsage, "--model-name");
        Assert.Contains("blimp", Outcome.Of("evaluate", "--list").AssertSucceeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Perplexity_is_told_of_files_and_of_tokens()
    {
        scratch.Write("a.txt", "One day.\nShe saw it.\n");
        string[] command = ["perplexity", talking.Model, scratch["a.txt"], "--unit", "line", "--out", scratch["ppl"], "--threads", "1"];
        string output = Outcome.Of([.. command, "--tokens", scratch["tokens.jsonl"]]).AssertSucceeded().Output;
        Assert.Contains("over 19 tokens of 2 documents", output, StringComparison.Ordinal);
        Assert.Equal(output, Outcome.Of(command).AssertSucceeded().Output);
        JsonNode[] tokens = [.. File.ReadAllLines(scratch["tokens.jsonl"]).Select(line => JsonNode.Parse(line)!)];
        Assert.Equal("One day.", string.Concat(tokens.Where(token => (string?)token["document"] == "a.txt#1").Select(token => (string?)token["token"])));
        double nats = -tokens.Sum(token => (double)token["logprob"]!);
        JsonNode figures = JsonNode.Parse(Outcome.Of([.. command, "--json"]).AssertSucceeded().Output)!["figures"]!;
        Assert.Equal(Math.Exp(nats / 19), (double)figures[0]!["value"]!, 1e-3);
        Assert.Contains("O", Outcome.Of("perplexity", talking.Model, scratch["a.txt"], "--tokens", "-").AssertSucceeded().Output, StringComparison.Ordinal);
        Outcome.Of("perplexity", talking.Model, scratch["none.txt"]).AssertRefused(Tool.Failed, "none.txt");
        Outcome.Of("perplexity", talking.Model, scratch["a.txt"], "--stride", "9999").AssertRefused(Tool.Failed, "stride", "200");
    }

    private string[] Command(string task) => ["evaluate", talking.Model, "--tasks", task, "--data", scratch.Folder, "--out", scratch["out"], "--threads", "1"];

    private string Task(string context = "{{ q }}")
    {
        scratch.Write("rows.jsonl", """{"q": "One?", "g": "yes"}""" + "\n" + """{"q": "Two?", "g": "no"}""" + "\n");
        return scratch.Write("mine.json", $$"""{"name": "mine", "data": "rows.jsonl", "context": "{{context}}", "choices": ["yes", "no"], "gold": "{{"{{ g }}"}}"}""");
    }
}
