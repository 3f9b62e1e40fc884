using System.Text.Json.Nodes;
using Grimoire.Evaluation;

namespace Grimoire.Cli.Tests;

public sealed class TagCommandTests : IDisposable
{
    private readonly Scratch scratch = new();

    public TagCommandTests()
    {
        scratch.Write("train.conll", Text(90));
        scratch.Write("test.conll", Text(12));
    }

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void A_tagger_is_trained_labels_text_in_every_form_and_is_scored()
    {
        Outcome trained = Outcome.Of(Train()).AssertSucceeded();
        Assert.Contains($"grimoire tag run {scratch["run"]}", trained.Output, StringComparison.Ordinal);
        Assert.Contains("first loss", trained.Output, StringComparison.Ordinal);
        Assert.Contains("as it should be", trained.Output, StringComparison.Ordinal);
        Assert.Contains("is finished", Outcome.Of(Train()).AssertSucceeded().Output, StringComparison.Ordinal);

        string conll = Outcome.WithInput("Thea sees Robin. The cat sleeps.", "tag", "run", scratch["run"]).AssertSucceeded().Output;
        Assert.Equal("Thea\tB-PER\nsees\tO\nRobin\tB-PER\n.\tO\n\nThe\tO\ncat\tO\nsleeps\tO\n.\tO\n\n", conll);
        string rows = Outcome.Of("tag", "run", scratch["run"], scratch.Write("text.txt", "Thea sees Robin."), "--output", "jsonl").AssertSucceeded().Output;
        JsonNode row = JsonNode.Parse(rows)!;
        Assert.Equal(("Robin", 2, 3, "PER"),
            ((string)row["spans"]![1]!["text"]!, (int)row["spans"]![1]!["start"]!, (int)row["spans"]![1]!["end"]!, (string)row["spans"]![1]!["type"]!));
        Assert.Contains("[Thea]/PER sees [Robin]/PER .",
            Outcome.Of("tag", "run", scratch["run"], scratch["text.txt"], "--output", "colour").AssertSucceeded().Output, StringComparison.Ordinal);
        Outcome.Of("tag", "run", scratch["run"], scratch["test.conll"], "--out", scratch["both.conll"]).AssertSucceeded();
        Assert.StartsWith("Thea\tPROPN\tB-PER\tB-PER\n", File.ReadAllText(scratch["both.conll"]), StringComparison.Ordinal);

        string[] score = ["tag", "score", scratch["run"], scratch["test.conll"], "--out", scratch["score"], "--floor", scratch["train.conll"]];
        Outcome scored = Outcome.Of(score).AssertSucceeded();
        Assert.Contains("f1 1.0000", scored.Output, StringComparison.Ordinal);
        Assert.Contains("A dictionary of the training spans would have 1.0000.", scored.Output, StringComparison.Ordinal);
        Assert.Contains("rules:seqeval|scheme:iob2|avg:micro|bs:1000", scored.Output, StringComparison.Ordinal);
        EvaluationResult result = EvaluationFolder.Read(scratch["score"]);
        Assert.Equal(("tag score", 1), (result.Run.Kind, result.Figures[0].Value));
        Assert.Equal(12, EvaluationFolder.Examples(scratch["score"]).Count);
        Assert.Contains("scored before", Outcome.Of(score).AssertSucceeded().Output, StringComparison.Ordinal);
        Outcome.Of([.. score, "--rules", "strict"]).AssertRefused(Tool.Failed, "another request", "--out");
        JsonNode json = JsonNode.Parse(Outcome.Of("tag", "score", scratch["both.conll"], "--out", scratch["again"], "--json").AssertSucceeded().Output)!;
        Assert.Equal((1, 1), ((double)json["f1"]!, (double)json["PER f1"]!));
    }

    [Fact]
    public void Parts_of_speech_are_learned_from_another_column_and_scored_word_by_word()
    {
        Outcome.Of([.. Train(), "--column", "2"]).AssertSucceeded();
        Outcome scored = Outcome.Of("tag", "score", scratch["run"], scratch["test.conll"], "--column", "2", "--out", scratch["score"], "--json")
            .AssertSucceeded();
        JsonNode json = JsonNode.Parse(scored.Output)!;
        Assert.True((double)json["accuracy"]! > 0.95, scored.Output);
        Assert.Contains("Thea/PROPN", Outcome.WithInput("Thea sleeps.", "tag", "run", scratch["run"], "--output", "colour").AssertSucceeded().Output,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Files_of_labels_are_scored_against_each_other()
    {
        string gold = scratch.Write("gold.conll", "a\tB-X\nb\tI-X\n\nc\tO\n"), other = scratch.Write("other.conll", "a\tI-X\nb\tI-X\n\nc\tB-X\n");
        Assert.Equal(2 / 3.0, Figure("seqeval", "f1"), 1e-9);
        Assert.Equal(0, Figure("strict", "f1"), 1e-9);
        Assert.Equal(1 / 3.0, Figure("raw", "accuracy"), 1e-9);
        Outcome.Of("tag", "score", gold, scratch.Write("short.conll", "a\tO\nd\tO\n\nc\tO\n"), "--out", scratch["x"])
            .AssertRefused(Tool.Failed, "short.conll, line 1", "another");
        Outcome.Of("tag", "score", gold, other, "--rules", "loose", "--out", scratch["x"]).AssertRefused(Tool.Failed, "known are seqeval");

        double Figure(string rules, string name) => (double)JsonNode.Parse(
            Outcome.Of("tag", "score", gold, other, "--rules", rules, "--out", scratch[rules], "--json").AssertSucceeded().Output)![name]!;
    }

    [Fact]
    public void Bad_input_is_a_sentence()
    {
        Outcome.Of("tag", "train", "--run", scratch["bad"]).AssertRefused(Tool.Failed, "--data");
        Outcome.Of("tag", "train", "--data", scratch["none.conll"], "--run", scratch["bad"]).AssertRefused(Tool.Failed, "none.conll", "no such file");
        Outcome.Of("tag", "train", "--data", scratch["train.conll"], "--column", "9", "--run", scratch["bad"])
            .AssertRefused(Tool.Failed, "line 1", "no label column 9");
        Outcome.Of("tag", "run", scratch["none"]).AssertRefused(Tool.Failed, "none");
        Outcome.Of("tag", "score", scratch["none.conll"]).AssertRefused(Tool.Failed, "none.conll");
        Outcome.Of("tag", "score", Path.GetDirectoryName(scratch["train.conll"])!).AssertRefused(Tool.WrongUsage, "needs a file");
        Directory.CreateDirectory(scratch["no-tagger"]);
        scratch.Write("no-tagger/config.json", """{"model_type": "llama", "architectures": ["LlamaForCausalLM"]}""");
        Outcome.WithInput("a", "tag", "run", scratch["no-tagger"]).AssertRefused(Tool.Failed, "this is no tagger", "grimoire tag train");
    }

    private string[] Train() =>
    [
        "tag", "train", "--data", scratch["train.conll"], "--run", scratch["run"], "--word-channels", "8", "--character-channels", "8", "--spelling-channels",
            "8",
        "--channels", "8", "--epochs", "8", "--batch", "8", "--lr", "2e-2", "--dropout", "0.1", "--threads", "1",
    ];

    private static string Text(int sentences) => string.Concat(Enumerable.Range(0, sentences).Select(i =>
    {
        string who = new[] { "Thea", "Robin", "Kurt", "Anna", "Wren" }[i % 5], whom = new[] { "Robin", "Anna", "Thea" }[i % 3],
            what = new[] { "cat", "dog", "owl" }[i % 3];
        return i % 2 == 0 ? $"{who}\tPROPN\tB-PER\nsees\tVERB\tO\n{whom}\tPROPN\tB-PER\n.\tPUNCT\tO\n\n"
            : $"The\tDET\tO\n{what}\tNOUN\tO\nsleeps\tVERB\tO\n.\tPUNCT\tO\n\n";
    }));
}
