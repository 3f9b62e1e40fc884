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
    public void All_checks_hold_on_this_machine()
    {
        string told = Outcome.Of("check", "all").AssertSucceeded().Output;
        foreach (string name in (string[])["gradients", "first loss", "causal leak", "cache parity", "packing", "kernels", "threads", "overfit one batch", "resume"])
            Assert.Contains($"✓ {name}: ", told, StringComparison.Ordinal);
        Assert.DoesNotContain("✗", told, StringComparison.Ordinal);
    }

    [Fact]
    public void The_quickstart_raises_a_model_with_no_data_at_hand_and_knows_that_it_did()
    {
        using var scratch = new Scratch();
        string[] command = ["quickstart", "--run", scratch["run"], "--steps", "2"];
        Assert.Contains($"grimoire generate {scratch["run"]}", Outcome.Of(command).AssertSucceeded().Output, StringComparison.Ordinal);
        Assert.True(File.Exists(scratch["run/report.html"]));
        string again = Outcome.Of(command).AssertSucceeded().Output;
        Assert.Contains("is finished", again, StringComparison.Ordinal);
        Assert.Contains("--fresh", again, StringComparison.Ordinal);
        Assert.StartsWith("Once upon a time", Outcome.Of("generate", scratch["run"], "--prompt", "Once upon a time", "--max-tokens",
            "3").AssertSucceeded().Output, StringComparison.Ordinal);
    }
}
