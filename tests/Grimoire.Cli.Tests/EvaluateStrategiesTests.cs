using System.Text.Json.Nodes;
using Grimoire.Evaluation;

namespace Grimoire.Cli.Tests;

public sealed class EvaluateStrategiesTests(TalkingModel talking) : IClassFixture<TalkingModel>, IDisposable
{
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void Strategies_are_set_beside_each_other_and_what_was_answered_is_asked_no_more()
    {
        string[] command = Command("greedy,vote:3,best:3,calculator,budget:4-6", "--reward", "length=20", "--out", scratch["out"]);
        string output = Outcome.Of(command).AssertSucceeded().Output;
        foreach (string word in (string[])["greedy", "vote:3", "best:3", "calculator", "budget:4-6", "Tokens an answer"])
            Assert.Contains(word, output, StringComparison.Ordinal);
        IReadOnlyList<JsonObject> rows = EvaluationFolder.Examples(scratch["out"]);
        Assert.Equal(5 * 2, rows.Count);
        // The drafts of vote and of best are the same draws, which are made once.
        int Tokens(string strategy) => rows.First(row => row["task"]!.GetValue<string>() == "world_sums@" + strategy)["tokens"]!.GetValue<int>();
        Assert.Equal(Tokens("vote:3"), Tokens("best:3"));
        Assert.Equal(output, Outcome.Of(command).AssertSucceeded().Output);
    }

    [Fact]
    public void A_strategy_that_is_none_or_lacks_its_reward_is_wrong_usage()
    {
        Outcome.Of(Command("greedy,think")).AssertRefused(Tool.WrongUsage, "think", "vote:N");
        Outcome.Of(Command("best:4")).AssertRefused(Tool.WrongUsage, "best:4", "--reward");
    }

    private string[] Command(string strategies, params string[] more) =>
    [
        "evaluate", talking.Model, "--template", talking.Template, "--tasks", "world_sums", "--limit", "2", "--chat", "--threads", "1",
        "--strategies", strategies, .. more,
    ];
}
