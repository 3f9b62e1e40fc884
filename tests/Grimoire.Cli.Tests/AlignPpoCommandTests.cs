using Grimoire.Models;

namespace Grimoire.Cli.Tests;

public sealed class AlignPpoCommandTests(TalkingModel talking) : IClassFixture<TalkingModel>
{
    private static readonly string[] Small =
        ["--answers", "4", "--ppo-epochs", "1", "--minibatches", "2", "--max-tokens", "4", "--check-count", "3", "--check-tokens", "4", "--template", "none", "--threads", "1"];

    [Fact]
    public void It_tells_what_it_moved_and_the_model_can_be_used()
    {
        using var scratch = new Scratch();
        Outcome outcome = Ppo(scratch, Prompts(scratch), "--reward", "format=[aeo]", "--steps", "4").AssertSucceeded();
        foreach (string word in (string[])["KL", "win rate", "entropy", "response length", "a round"])
            Assert.Contains(word, outcome.Output, StringComparison.Ordinal);
        Outcome.Of("generate", scratch["run"], "--prompt", "a", "--max-tokens", "5").AssertSucceeded();
    }

    [Fact]
    public void Optimised_too_far_it_ends_in_a_picture()
    {
        using var scratch = new Scratch();
        Outcome.Of(
        [
            "align", "overoptimize", talking.Model, "--prompts", Prompts(scratch), "--gold", "format=[aeo]", "--run", scratch["run"], "--steps", "4", "--pairs", "30",
            "--best-of", "4", "--best-of-prompts", "4", .. Small,
        ]).AssertSucceeded();
        Assert.Contains("best of n, gold", File.ReadAllText(scratch["run/report.html"]), StringComparison.Ordinal);
        Assert.True(RewardModel.Exists(scratch["run/proxy/model"]));
    }

    [Theory]
    [InlineData("""{"prompt": ""}""", "line 2", "prompt")]
    [InlineData("""{"question_of": "a"}""", "line 2", "column")]
    [InlineData("""{"prompt":""", "line 2", "JSON")]
    public void A_bad_row_is_named(string row, params string[] words)
    {
        using var scratch = new Scratch();
        string prompts = scratch.Write("prompts.jsonl", """{"prompt": "a"}""" + "\n" + row);
        Ppo(scratch, prompts, "--reward", "length=3").AssertRefused(Tool.Failed, ["prompts.jsonl", .. words]);
        Assert.False(Directory.Exists(scratch["run/model"]));
    }

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        using var scratch = new Scratch();
        string prompts = Prompts(scratch);
        Outcome.Of("align", "ppo", talking.Model, "--reward", "world", "--run", scratch["run"]).AssertRefused(Tool.Failed, "--prompts");
        Outcome.Of("align", "ppo", talking.Model, "--prompts", prompts, "--run", scratch["run"]).AssertRefused(Tool.Failed, "--reward");
        Ppo(scratch, prompts, "--reward", "kindness").AssertRefused(Tool.Failed, "no reward 'kindness'");
        Ppo(scratch, prompts, "--reward", $"model:{scratch["none"]}").AssertRefused(Tool.Failed, "none");
        Ppo(scratch, prompts, "--reward", "world").AssertRefused(Tool.Failed, "prompts.jsonl, line", "exercise");
        Ppo(scratch, prompts, "--reward", "length=3", "--kl", "-1").AssertRefused(Tool.WrongUsage, "--kl");
        Ppo(scratch, prompts, "--reward", "length=3", "--minibatches", "5").AssertRefused(Tool.Failed, "minibatches");
        Ppo(scratch, scratch["none.jsonl"], "--reward", "length=3").AssertRefused(Tool.Failed, "none.jsonl");
        Outcome.Of("align", "overoptimize", talking.Model, "--prompts", prompts, "--gold", "none", "--run", scratch["run"]).AssertRefused(Tool.Failed, "--gold");
    }

    private static string Prompts(Scratch scratch) =>
        scratch.Write("prompts.jsonl", string.Join('\n', Enumerable.Range(0, 40).Select(i => $$"""{"prompt": "{{"abcd"[i % 4]}}{{"efgh"[i / 4 % 4]}}{{"lmn"[i / 16]}}"}""")));

    private Outcome Ppo(Scratch scratch, string prompts, params string[] more) =>
        Outcome.Of(["align", "ppo", talking.Model, "--prompts", prompts, "--run", scratch["run"], .. Small.Where((_, i) => !more.Contains(Small[i - (i % 2)])), .. more]);
}
