using System.Text.Json.Nodes;
using Grimoire.Models;
using Grimoire.Models.Chat;
using Grimoire.Training.Data;

namespace Grimoire.Cli.Tests;

public sealed class AlignConstitutionTests(TalkingModel talking) : IClassFixture<TalkingModel>, IDisposable
{
    private readonly Scratch scratch = new();

    private string Out => scratch["pairs.jsonl"];

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void Revised_answers_become_preferences_and_the_same_command_goes_on()
    {
        Outcome.Of([.. Constitution("One", "Two", "Three"), "--count", "2"]).AssertSucceeded();
        string[] two = File.ReadAllLines(Out);
        Outcome whole = Outcome.Of(Constitution("One", "Two", "Three")).AssertSucceeded();
        Assert.Contains("revised now   1 answers", whole.Output, StringComparison.Ordinal);
        string[] lines = File.ReadAllLines(Out);
        Assert.Equal(two, lines.Take(two.Length));
        PreferenceExample[] pairs = [.. ExampleFiles.Read([Out], ExampleKinds.Preference).Examples.Cast<PreferenceExample>()];
        Assert.Equal(["One", "Two", "Three"], pairs.Select(pair => pair.Prompt.ToString()));
        Assert.All(lines, line => Assert.Equal(["be kind"], JsonNode.Parse(line)!["principles"]!.AsArray().Select(name => (string)name!)));

        Assert.Contains("0 answers", Outcome.Of(Constitution("One", "Two", "Three")).AssertSucceeded().Output, StringComparison.Ordinal);
        File.Delete(Out);
        Outcome.Of(Constitution("One", "Two", "Three")).AssertSucceeded();
        Assert.Equal(lines, File.ReadAllLines(Out));
    }

    [Fact]
    public void With_a_judge_only_what_it_prefers_is_kept()
    {
        LanguageModel model = LanguageModel.Load(talking.Model);
        var head = new Head("score", RandomTensor.Normal((1, 16), 2));
        new RewardModel(model with { ChatTemplate = ChatTemplate.BuiltIn("plain") }, head).Save(scratch["rm"]);
        string[] prompts = [.. Enumerable.Range(0, 8).Select(i => $"Question {i}")];
        Outcome.Of([.. Constitution(prompts), "--judge", scratch["rm"]]).AssertSucceeded();
        JsonNode[] kept = Rows(Out), left = Rows(scratch["pairs.left-out.jsonl"]);
        Assert.Equal(8, kept.Length + left.Length);
        Assert.All(kept, row => Assert.True((double)row["preference"]! > 0.5));
        Assert.All(left, row => Assert.True((double)row["preference"]! < 0.5 && (string)row["fate"]! == "notpreferred"));
        Assert.NotEmpty(kept);
        Assert.NotEmpty(left);
    }

    [Fact]
    public void Bad_input_is_a_sentence()
    {
        string prompts = scratch.Write("prompts.txt", "One"), good = scratch.Write("c.json", """{"principles": ["be kind"]}""");
        Outcome.Of("align", "constitution", talking.Model, "--prompts", prompts).AssertRefused(Tool.WrongUsage, "--constitution");
        Outcome.Of("align", "constitution", talking.Model, "--constitution", good).AssertRefused(Tool.WrongUsage, "--prompts");
        Outcome.Of("align", "constitution", talking.Model, "--constitution", scratch["none.json"], "--prompts", prompts).AssertRefused(Tool.Failed, "none.json");
        string bad = scratch.Write("bad.json", """{"principles": [{"critique": "What?"}]}""");
        Outcome.Of("align", "constitution", talking.Model, "--constitution", bad, "--prompts", prompts).AssertRefused(Tool.Failed, "bad.json", "revision");
        string other = scratch.Write("other.jsonl", "{\"prompt\": \"p\"}\n{\"prompt\": \"p\"}\n");
        Outcome.Of("align", "constitution", talking.Model, "--constitution", good, "--prompts", prompts, "--template", "plain", "--out", other)
            .AssertRefused(Tool.Failed, "other.jsonl", "--out");
    }

    [Fact]
    public void The_sample_in_the_docs_is_one()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Grimoire.slnx")))
            folder = Path.GetDirectoryName(folder);
        Assert.SkipWhen(folder is null, "needs the repository");
        Assert.Equal(5, Training.Constitution.Read(Path.Combine(folder, "docs", "constitution.json")).All.Count);
    }

    private static JsonNode[] Rows(string path) => File.Exists(path) ? [.. File.ReadLines(path).Select(line => JsonNode.Parse(line)!)] : [];

    private string[] Constitution(params string[] prompts) =>
    [
        "align", "constitution", talking.Model, "--template", "plain", "--threads", "1", "--max-tokens", "8", "--out", Out,
        "--constitution", scratch.Write("c.json", """{"principles": [{"name": "be kind", "critique": "Kind?", "revision": "Kinder!"}]}"""),
        "--prompts", scratch.Write("prompts.txt", string.Join('\n', prompts)),
    ];
}
