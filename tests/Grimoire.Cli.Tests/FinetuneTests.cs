namespace Grimoire.Cli.Tests;

/// <summary>From a model that continues text to one that answers, by the commands a user gives.</summary>
public sealed class FinetuneTests(TalkingModel talking, RaisedModel letters) : IClassFixture<TalkingModel>, IClassFixture<RaisedModel>, IDisposable
{
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    private string Answers => scratch.Write("answers.jsonl", string.Concat(Enumerable.Range(0, 40).Select(
        i => $$"""{"prompt": "the {{(i % 2 == 0 ? "cat" : "dog")}}", "completion": "a {{(i % 2 == 0 ? "mat" : "log")}}"}""" + "\n")));

    private string[] Finetune(string data, params string[] more) =>
    [
        "finetune", talking.Model, "--data", data, "--run", scratch["run"], "--threads", "1", "--check-count", "1", "--check-tokens", "4",
        .. more.Contains("--steps") ? (string[])[] : ["--steps", "4"], .. more,
    ];

    [Fact]
    public void The_plan_shows_what_is_learned_and_the_model_can_be_talked_to()
    {
        string output = Outcome.Of(Finetune(Answers, "--steps", "20", "--lr", "3e-3")).AssertSucceeded().Output;
        int plan = output.IndexOf("The plan", StringComparison.Ordinal), step = output.IndexOf("step 1/20", StringComparison.Ordinal);
        Assert.True(plan >= 0 && plan < step, output);
        foreach (string word in (string[])["38 to learn from, 2 held out", "% are trained", "chat format", "plain", "first loss", "in brackets", "<|endoftext|>]"])
            Assert.Contains(word, output[plan..step], StringComparison.Ordinal);
        foreach (string word in (string[])["Finished.", "perplexity of answers", "report.html", $"grimoire chat {scratch["run"]}"])
            Assert.Contains(word, output[step..], StringComparison.Ordinal);
        Outcome.Of("chat", scratch["run"], "--prompt", "the cat", "--max-tokens", "3", "--threads", "1").AssertSucceeded();
        Assert.Contains("is finished", Outcome.Of(Finetune(Answers, "--steps", "20", "--lr", "3e-3")).AssertSucceeded().Output, StringComparison.Ordinal);
        Outcome.Of(Finetune(Answers, "--steps", "20", "--lr", "4e-3")).AssertRefused(Tool.Failed, scratch["run"], "lr");
    }

    [Fact]
    public void An_adapter_is_trained_on_a_quantised_file()
    {
        string file = scratch["model.gguf"];
        Outcome.Of("quantize", talking.Model, file, "--type", "Q8_0", "--threads", "1").AssertSucceeded();
        string output = Outcome.Of(
            "finetune", file, "--data", Answers, "--run", scratch["run"], "--steps", "4", "--adapter", "lora", "--rank", "2", "--threads", "1", "--check-count", "0").AssertSucceeded().Output;
        Assert.Contains("chosen from the model's size", output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(scratch["run"], "model", "adapter_model.safetensors")));
        Outcome.Of("chat", scratch["run"], "--prompt", "the cat", "--max-tokens", "3", "--threads", "1").AssertSucceeded();
    }

    [Fact]
    public void Bad_rows_are_told_by_file_and_line_and_passed_over_on_request()
    {
        string data = scratch.Write("bad.jsonl", File.ReadAllText(Answers) + "{\"prompt\": \"the\n{\"prompt\": \"a\", \"completion\": \"\"}\n");
        Outcome.Of(Finetune(data)).AssertRefused(Tool.Failed, $"{data}, line 41: not valid JSON", "--skip-bad");
        string output = Outcome.Of(Finetune(data, "--skip-bad")).AssertSucceeded().Output;
        Assert.Contains("bad rows, 2 in all", output, StringComparison.Ordinal);
        Assert.Contains("line 42", output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_wrong_is_said_in_a_sentence()
    {
        Outcome.Of("finetune", talking.Model, "--run", scratch["run"]).AssertRefused(Tool.Failed, "No examples are given", "--data");
        Outcome.Of(Finetune(scratch["none.jsonl"])).AssertRefused(Tool.Failed, scratch["none.jsonl"], "no such file");
        Outcome.Of(Finetune(scratch.Write("empty.jsonl", ""))).AssertRefused(Tool.Failed, "empty.jsonl", "is empty");
        Outcome.Of(Finetune(scratch.Write("all.jsonl", "{\n"), "--skip-bad")).AssertRefused(Tool.Failed, "all 1 rows are bad");
        Outcome.Of(Finetune(scratch.Write("column.jsonl", "{\"prompt\": \"a\", \"anser\": \"b\"}\n"))).AssertRefused(Tool.Failed, "line 1", "a column is missing", "anser");
        Outcome.Of(Finetune(Answers, "--template", "word")).AssertRefused(Tool.Failed, "no built-in chat format word");
        Outcome.Of(Finetune(Answers, "--template", "llama3")).AssertRefused(Tool.Failed, "never learn to end");
        Outcome.Of("finetune", letters.Folder, "--data", Answers, "--run", scratch["run"]).AssertRefused(Tool.Failed, "an answer could never end");
        Outcome.Of(Finetune(Answers, "--too-long", "fold")).AssertRefused(Tool.WrongUsage, "too_long", "cut");
        Outcome.Of(Finetune(Answers, "--columns", "completion")).AssertRefused(Tool.Failed, "key=value");
        Outcome.Of("finetune", scratch["nothing"], "--data", Answers).AssertRefused(Tool.Failed, scratch["nothing"], "no such file or folder");
    }
}
