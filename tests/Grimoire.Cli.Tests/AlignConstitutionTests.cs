using System.Text.Json;
using System.Text.Json.Nodes;
using Grimoire.Models;
using Grimoire.Models.Chat;
using Grimoire.Training;
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
        string[] prompts = [.. Enumerable.Range(0, 8).Select(i => $"Question {i}")];
        (Row[] kept, Row[] left) = Judged("here", liking: 2, prompts);
        Assert.Equal(prompts, kept.Concat(left).Select(row => row.Prompt).Order(StringComparer.Ordinal));
        Assert.All(kept, row => Assert.True(row.Preference > 0.5));
        Assert.All(left, row => Assert.True(row.Preference < 0.5 && row.Fate == "notpreferred"));

        // Whoever likes the contrary keeps the others, and the answers are the same wherever the model lies.
        (Row[] others, Row[] leftByOther) = Judged("elsewhere", liking: -2, prompts);
        Assert.Equal(kept.Select(row => (row.Prompt, row.Chosen, row.Rejected)), leftByOther.Select(row => (row.Prompt, row.Chosen, row.Rejected)));
        Assert.Equal(left.Select(row => (row.Prompt, row.Chosen, row.Rejected)), others.Select(row => (row.Prompt, row.Chosen, row.Rejected)));
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

    /// <summary>What a judge keeps and leaves out, of a model and a judge that lie in a folder; a liking of the other sign is the contrary one.</summary>
    private (Row[] Kept, Row[] Left) Judged(string folder, double liking, string[] prompts)
    {
        LanguageModel model = LanguageModel.Load(talking.Model) with { ChatTemplate = ChatTemplate.BuiltIn("plain") };
        model.Save(scratch[$"{folder}/model"]);
        new RewardModel(model, new Head("score", RandomTensor.Normal((1, 16), 2, liking))).Save(scratch[$"{folder}/rm"]);
        string pairs = scratch[$"{folder}/pairs.jsonl"];
        Outcome.Of([.. Constitution(scratch[$"{folder}/model"], pairs, prompts), "--judge", scratch[$"{folder}/rm"]]).AssertSucceeded();
        return (Rows(pairs), Rows(RevisionFile.LeftOutPath(pairs)));
    }

    private static Row[] Rows(string path) => File.Exists(path)
        ? [.. File.ReadLines(path).Select(line => JsonSerializer.Deserialize<Row>(line, JsonSerializerOptions.Web)!)] : [];

    private string[] Constitution(params string[] prompts) => Constitution(talking.Model, Out, prompts);

    private string[] Constitution(string model, string pairs, string[] prompts) =>
    [
        "align", "constitution", model, "--template", "plain", "--threads", "1", "--max-tokens", "8", "--out", pairs,
        "--constitution", scratch.Write("c.json", """{"principles": [{"name": "be kind", "critique": "Kind?", "revision": "Kinder!"}]}"""),
        "--prompts", scratch.Write("prompts.txt", string.Join('\n', prompts)),
    ];

    private sealed record Row(string Prompt, string Chosen, string Rejected, double Preference, string? Fate);
}
