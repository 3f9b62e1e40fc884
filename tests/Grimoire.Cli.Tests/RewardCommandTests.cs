using System.Globalization;
using System.Text.Json.Nodes;
using Grimoire.Models;

namespace Grimoire.Cli.Tests;

public sealed class RewardCommandTests(TalkingModel talking) : IClassFixture<TalkingModel>, IDisposable
{
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void A_reward_model_is_raised_and_scores_answers_and_pairs()
    {
        Outcome outcome = Outcome.Of(Reward()).AssertSucceeded();
        Assert.Contains("accuracy", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("length accuracy", outcome.Output, StringComparison.Ordinal);
        Assert.Contains($"grimoire reward score {scratch["run"]}", outcome.Output, StringComparison.Ordinal);
        Assert.True(RewardModel.Exists(scratch["run/model"]));

        string rows = """
            {"prompt": "q1", "completion": "yes", "id": 7}
            {"messages": [{"role": "user", "content": "q1"}, {"role": "assistant", "content": "yes"}]}

            {"prompt": "q1", "chosen": "yes", "rejected": "no, no"}
            """;
        Outcome scored = Outcome.WithInput(rows, "reward", "score", scratch["run"], "--threads", "1").AssertSucceeded();
        JsonNode[] lines = [.. scored.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
        Assert.Equal(3, lines.Length);
        Assert.Equal(7, (int)lines[0]["id"]!);
        Assert.Equal((double)lines[0]["reward"]!, (double)lines[1]["reward"]!, 1e-5);
        Assert.Equal((double)lines[0]["reward"]!, (double)lines[2]["chosen_reward"]!, 1e-5);
        Assert.Equal(1 / (1 + Math.Exp((double)lines[2]["rejected_reward"]! - (double)lines[2]["chosen_reward"]!)), (double)lines[2]["preference"]!, 1e-6);
        Assert.Contains("1 pairs", scored.Error, StringComparison.Ordinal);

        Assert.Equal(scored.Output, Outcome.Of("reward", "score", scratch["run"], "--data", scratch.Write("rows.jsonl", rows), "--threads", "1").AssertSucceeded().Output);
        Assert.Contains("reward model", Outcome.Of("info", scratch["run"]).AssertSucceeded().Output, StringComparison.Ordinal);
        Outcome.Of("generate", scratch["run"], "--prompt", "a").AssertRefused(Tool.Failed, "reward model");
        Outcome.Of("convert", scratch["run"], scratch["rm.gguf"]).AssertRefused(Tool.Failed, "GGUF");
    }

    [Fact]
    public void The_same_command_goes_on_and_then_says_that_it_is_finished()
    {
        Outcome.Of(Reward()).AssertSucceeded();
        Assert.Contains("is finished", Outcome.Of(Reward()).AssertSucceeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_rows_are_named_with_their_line_or_counted()
    {
        string bad = scratch.Write("bad.jsonl", string.Join('\n', Pairs(30).Append("""{"prompt": "q", "chosen": "a"}""").Append("{").Concat(Pairs(60).Skip(30))));
        Outcome.Of(Reward(bad)).AssertRefused(Tool.Failed, "bad.jsonl, line 31", "--skip-bad");
        Assert.Contains("2 rows", Outcome.Of([.. Reward(bad), "--skip-bad"]).AssertSucceeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_input_is_a_sentence()
    {
        Outcome.Of("reward", talking.Model).AssertRefused(Tool.Failed, "--data");
        Outcome.Of("reward").AssertRefused(Tool.WrongUsage, "MODEL");
        Outcome.Of("reward", "score").AssertRefused(Tool.WrongUsage, "REWARD_MODEL");
        Outcome.Of("reward", "score", talking.Model).AssertRefused(Tool.Failed, "no reward model");
        Outcome.Of(Reward(scratch["none.jsonl"])).AssertRefused(Tool.Failed, "none.jsonl");
        Outcome.Of([.. Reward(), "--centering", "much"]).AssertRefused(Tool.WrongUsage, "--centering");
        Outcome.Of(Reward()).AssertSucceeded();
        Outcome.WithInput("", "reward", "score", scratch["run"]).AssertRefused(Tool.Failed, "standard input");
        Outcome.WithInput("{\"prompt\": \"a\"}", "reward", "score", scratch["run"]).AssertRefused(Tool.Failed, "standard input, line 1");
        Outcome.Of("reward", "score", scratch["run"], "--data", scratch["none.jsonl"]).AssertRefused(Tool.Failed, "none.jsonl");
    }

    private static IEnumerable<string> Pairs(int count) => Enumerable.Range(0, count).Select(i => string.Create(
        CultureInfo.InvariantCulture, $$"""{"prompt": "q{{i}}", "chosen": "yes{{(i % 3 == 0 ? ", yes" : "")}}", "rejected": "no{{(i % 2 == 0 ? ", no" : "")}}"}"""));

    private string[] Reward(string? data = null) =>
    [
        "reward", talking.Model, "--template", "plain", "--threads", "1", "--steps", "12", "--batch", "4", "--val-share", "0.3", "--run", scratch["run"],
        "--data", data ?? scratch.Write("pairs.jsonl", string.Join('\n', Pairs(60))),
    ];
}
