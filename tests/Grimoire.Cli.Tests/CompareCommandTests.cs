using System.Text.Json.Nodes;
using Grimoire.Models;
using Grimoire.Models.Chat;
using Grimoire.Training;

namespace Grimoire.Cli.Tests;

public sealed class CompareCommandTests(TalkingModel talking) : IClassFixture<TalkingModel>, IDisposable
{
    private readonly Scratch scratch = new();

    private string Out => scratch["out/c.jsonl"];

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void Choices_from_a_pipe_become_preferences_and_the_rest_lies_beside_them()
    {
        Outcome outcome = Outcome.WithInput("1\n2\nt\ns\n", Compare("One", "Two", "Three", "Four")).AssertSucceeded();
        Assert.Equal("", outcome.Error);
        Assert.DoesNotContain('\u001b', outcome.Output);
        Assert.Contains("One", outcome.Output, StringComparison.Ordinal);
        JsonNode[] rows = [.. File.ReadLines(Out).Select(line => JsonNode.Parse(line)!)];
        Assert.Equal(["first", "second"], rows.Select(row => (string)row["choice"]!));
        Assert.Equal(["One", "Two"], rows.Select(row => (string)row["prompt"]!));
        Assert.All(rows, row => Assert.NotEqual((string)row["chosen"]!, (string)row["rejected"]!));
        Assert.Equal(["tie", "skip"], File.ReadLines(scratch["out/c.undecided.jsonl"]).Select(line => (string)JsonNode.Parse(line)!["choice"]!));
    }

    [Fact]
    public void It_goes_on_where_it_stopped_and_asks_nothing_twice()
    {
        Outcome.WithInput("1\nq\n", Compare("One", "Two", "Three")).AssertSucceeded();
        Assert.Single(File.ReadLines(Out));
        string[] prompts = Compare("One", "Two", "Three");
        Outcome rest = Outcome.WithInput("x\n2\n1\n", prompts).AssertSucceeded();
        Assert.Contains("1 or 2", rest.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("One", rest.Output, StringComparison.Ordinal);
        Assert.Equal(["One", "Two", "Three"], File.ReadLines(Out).Select(line => (string)JsonNode.Parse(line)!["prompt"]!));
        Assert.Contains("0 preferences", Outcome.WithInput("1\n", prompts).AssertSucceeded().Output, StringComparison.Ordinal);
        Assert.Equal(3, File.ReadLines(Out).Count());
    }

    [Fact]
    public void The_order_is_drawn_and_the_answers_are_those_of_the_seeds()
    {
        string[] prompts = [.. Enumerable.Range(0, 12).Select(i => $"Question {i}")];
        Outcome.WithInput(string.Concat(Enumerable.Repeat("1\n", 12)), Compare(prompts)).AssertSucceeded();
        JsonNode[] rows = [.. File.ReadLines(Out).Select(line => JsonNode.Parse(line)!)];
        Assert.Equal(12, rows.Length);
        Assert.Equal(["0", "1"], rows.Select(row => row["seeds"]![0]!.ToString()).Distinct().Order(StringComparer.Ordinal));
        Assert.All(rows, row =>
        {
            string seed = row["seeds"]![0]!.ToString();
            string said = Outcome.Of(
                "chat", talking.Model, "--template", "plain", "--max-tokens", "12", "--threads", "1", "--prompt", (string)row["prompt"]!, "--seed", seed).AssertSucceeded().Output.Trim();
            Assert.Equal(said, (string)row["chosen"]!);
        });

        // The lot is the same wherever the model lies.
        LanguageModel.Load(talking.Model).Save(scratch["elsewhere"]);
        string[] again = Into(scratch["again.jsonl"], prompts);
        again[1] = scratch["elsewhere"];
        Outcome.WithInput(string.Concat(Enumerable.Repeat("1\n", 12)), again).AssertSucceeded();
        Assert.Equal(
            rows.Select(row => (row["seeds"]!.ToJsonString(), (string)row["chosen"]!)),
            File.ReadLines(scratch["again.jsonl"]).Select(line => JsonNode.Parse(line)!).Select(row => (row["seeds"]!.ToJsonString(), (string)row["chosen"]!)));
    }

    [Fact]
    public void A_reward_model_judges_instead_of_the_user()
    {
        LanguageModel model = LanguageModel.Load(talking.Model);
        var head = new Head("score", RandomTensor.Normal((1, 16), 1));
        new RewardModel(model with { ChatTemplate = ChatTemplate.BuiltIn("plain") }, head).Save(scratch["rm"]);
        Outcome outcome = Outcome.Of([.. Compare("One", "Two", "Three"), "--judge", scratch["rm"]]).AssertSucceeded();
        Assert.Contains("in both orders in 100 %", outcome.Output, StringComparison.Ordinal);
        IReadOnlyList<Comparison> made = ComparisonFile.Read(Out);
        Assert.Equal(3, made.Count(c => c.IsDecided));
        Assert.All(made, c => Assert.Equal($"judge:{scratch["rm"]}", c.Chooser));

        string mine = scratch["mine.jsonl"];
        Outcome.WithInput("1\n1\n1\n", Into(mine, "One", "Two", "Three")).AssertSucceeded();
        string agreement = Outcome.Of("compare", "agree", Out, mine).AssertSucceeded().Output;
        Assert.Contains("Cohen's kappa", agreement, StringComparison.Ordinal);
        Assert.Contains("pairs both judged   3", agreement, StringComparison.Ordinal);
        Assert.Contains("answer shown first", Outcome.Of("compare", "agree", mine).AssertSucceeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_language_model_judges_too_and_two_models_are_told_apart()
    {
        string copy = scratch["copy"];
        LanguageModel.Load(talking.Model).Save(copy);
        Outcome outcome = Outcome.Of([.. Compare("One", "Two"), copy, "--judge", talking.Model]).AssertSucceeded();
        Assert.Contains("2 pairs of equal answers", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("too long", Outcome.Of([.. Compare("Three"), "--judge", talking.Model, "--seed", "3"]).AssertSucceeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Equal_answers_are_not_asked_about()
    {
        Outcome outcome = Outcome.Of([.. Compare("One", "Two"), "--temperature", "0"]).AssertSucceeded();
        Assert.Contains("--temperature", outcome.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Out));
        Assert.Equal(2, File.ReadLines(scratch["out/c.undecided.jsonl"]).Count());
    }

    [Fact]
    public void Bad_input_is_a_sentence()
    {
        Outcome.Of("compare", talking.Model).AssertRefused(Tool.WrongUsage, "--prompts");
        Outcome.Of("compare").AssertRefused(Tool.WrongUsage, "MODEL");
        Outcome.Of("compare", talking.Model, "--prompts", scratch["none.txt"]).AssertRefused(Tool.Failed, "none.txt");
        Outcome.Of("compare", talking.Model, "--prompts", scratch["none.jsonl"]).AssertRefused(Tool.Failed, "none.jsonl");
        string empty = scratch.Write("empty.txt", "\n \n");
        Outcome.Of("compare", talking.Model, "--prompts", empty).AssertRefused(Tool.Failed, "empty.txt");
        string other = scratch.Write("other.jsonl", """{"prompt": "a", "chosen": "b", "rejected": "c"}""" + "\n");
        Outcome.Of(Into(other, "One")).AssertRefused(Tool.Failed, "other.jsonl, row 1");
        Outcome.Of([.. Compare("One"), "--judge", scratch["nobody"]]).AssertRefused(Tool.Failed, "nobody");
        Outcome.Of("compare", "agree", scratch["none.jsonl"]).AssertRefused(Tool.Failed, "none.jsonl");
        Outcome.Of("compare", "a", "b", "c").AssertRefused(Tool.WrongUsage, "\"c\"");
    }

    private string[] Compare(params string[] prompts) => Into(Out, prompts);

    private string[] Into(string file, params string[] prompts) =>
    [
        "compare", talking.Model, "--template", "plain", "--threads", "1", "--max-tokens", "12", "--out", file,
        "--prompts", scratch.Write("prompts.txt", string.Join('\n', prompts)),
    ];
}
