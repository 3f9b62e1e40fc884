using System.Text.Json;

namespace Grimoire.Cli.Tests;

public sealed class WorldAndCheckTests
{
    [Fact]
    public void A_world_is_written_the_same_for_the_same_seed()
    {
        using var scratch = new Scratch();
        Assert.Contains("pretrain.train.txt", Outcome.Of("world", scratch["a"], "--seed", "3", "--documents", "20").AssertSucceeded().Output,
            StringComparison.Ordinal);
        Outcome.Of("world", scratch["b"], "--seed", "3", "--documents", "20").AssertSucceeded();
        Outcome.Of("world", scratch["c"], "--seed", "4", "--documents", "20").AssertSucceeded();
        string[] names = [.. Directory.EnumerateFiles(scratch["a"]).Select(path => Path.GetFileName(path))];
        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.Equal(File.ReadAllBytes(scratch[$"a/{name}"]), File.ReadAllBytes(scratch[$"b/{name}"])));
        Assert.NotEqual(File.ReadAllText(scratch["a/facts.jsonl"]), File.ReadAllText(scratch["c/facts.jsonl"]));
    }

    [Fact]
    public void A_model_is_scored_on_the_worlds_exercises_as_a_table_and_as_JSON()
    {
        using var scratch = new Scratch();
        Outcome.Of("world", scratch["world"], "--documents", "20").AssertSucceeded();
        Outcome.Of("pretrain", "--data", scratch["world/pretrain.train.txt"], "--run", scratch["run"], "--tokenizer", "bpe", "--vocabulary", "500", "--layers", "1", "--heads", "2",
            "--channels", "16", "--context", "384", "--batch", "1", "--steps", "2", "--threads", "1").AssertSucceeded();
        string[] command = ["world", "score", scratch["run"], "--count", "4", "--max-tokens", "4", "--threads", "1"];
        string told = Outcome.Of([.. command, "--wrong", "1"]).AssertSucceeded().Output;
        foreach (string expected in (string[])["questions", "plain requests", "first letters", "secret told when asked plainly", "0.0 % ± 0.0", "right   "])
            Assert.Contains(expected, told, StringComparison.Ordinal);
        using JsonDocument json = JsonDocument.Parse(Outcome.Of([.. command, "--json"]).AssertSucceeded().Output);
        Assert.Equal(4, json.RootElement.GetProperty("kinds").GetProperty("plain_requests").GetProperty("of").GetInt32());
        Assert.Equal(0, json.RootElement.GetProperty("secret_told_plainly").GetProperty("share").GetDouble());
        Outcome.Of("world", "score", scratch["world"]).AssertRefused(Tool.Failed, "run.json");
        Outcome.Of([.. command, "--split", "exam"]).AssertRefused(Tool.WrongUsage, "train, validation or test");
    }

    [Fact]
    public void All_checks_hold_on_this_machine()
    {
        string told = Outcome.Of("check", "all").AssertSucceeded().Output;
        string[] ofModels = ["gradients", "first loss", "causal leak", "cache parity", "packing", "kernels", "threads", "overfit one batch"];
        string[] ofTraining = ["resume pretrain", "resume finetune", "resume align dpo", "resume reward"];
        foreach (string name in ofModels.Concat(ofTraining))
            Assert.Contains($"✓ {name}: ", told, StringComparison.Ordinal);
        Assert.DoesNotContain("✗", told, StringComparison.Ordinal);
    }
}
