namespace Grimoire.Cli.Tests;

public sealed class AlignCommandTests(TalkingModel talking) : IClassFixture<TalkingModel>
{
    [Fact]
    public void The_first_loss_is_ln_2_and_the_model_can_be_used()
    {
        using var scratch = new Scratch();
        string data = scratch.Write("pairs.jsonl", string.Join('\n', Enumerable.Range(0, 40).Select(i => $$"""{"prompt": "{{"abcd"[i % 4]}}", "chosen": "old", "rejected": "the"}""")));
        Outcome outcome = Align(scratch, data, "--steps", "6", "--eval-interval", "3", "--val-share", "0.3").AssertSucceeded();
        Assert.Contains("ln 2", outcome.Output, StringComparison.Ordinal);
        Outcome.Of("generate", scratch["run"], "--prompt", "a", "--max-tokens", "5").AssertSucceeded();
    }

    [Theory]
    [InlineData("""{"prompt": "a", "chosen": "old"}""", "line 2", "rejected")]
    [InlineData("""{"prompt": "a", "chosen": "old", "rejected": "old"}""", "line 2", "nothing is preferred")]
    [InlineData("""{"prompt": "a", "chosen": "", "rejected": "old"}""", "line 2", "chosen")]
    [InlineData("""{"prompt": "a", "chosen":""", "line 2", "JSON")]
    public void A_bad_row_is_named(string row, params string[] words)
    {
        using var scratch = new Scratch();
        string data = scratch.Write("pairs.jsonl", $$"""{"prompt": "a", "chosen": "old", "rejected": "the"}""" + "\n" + row);
        Align(scratch, data).AssertRefused(Tool.Failed, ["pairs.jsonl", .. words]);
        Assert.False(Directory.Exists(scratch["run/model"]));
    }

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        using var scratch = new Scratch();
        Outcome.Of("align", "dpo", talking.Model, "--run", scratch["run"]).AssertRefused(Tool.Failed, "--data");
        Outcome.Of("align", "dpo", talking.Model, "--data", "x.jsonl", "--loss", "other").AssertRefused(Tool.WrongUsage, "loss", "sigmoid");
        Outcome.Of("align", "dpo", talking.Model, "--data", "x.jsonl", "--beta", "0").AssertRefused(Tool.WrongUsage, "beta");
        Outcome.Of("align", "dpo", talking.Model, "--data", scratch["none.jsonl"], "--run", scratch["run"]).AssertRefused(Tool.Failed, "none.jsonl");
        Outcome.Of("align", "nothing", talking.Model).AssertRefused(Tool.WrongUsage, "nothing");
    }

    private Outcome Align(Scratch scratch, string data, params string[] more) =>
        Outcome.Of(["align", "dpo", talking.Model, "--data", data, "--run", scratch["run"], "--batch", "4", "--template", "none", "--threads", "1", .. more]);
}
