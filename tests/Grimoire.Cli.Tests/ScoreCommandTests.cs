using System.Text.Json.Nodes;
using Grimoire.Evaluation;

namespace Grimoire.Cli.Tests;

public sealed class ScoreCommandTests
{
    private static readonly string[] Dogs = ["The dog bit the man.", "It wasn't surprising.", "The man had just bitten him."];
    private static readonly string[] First = ["The dog bit the man.", "It was not unexpected.", "The man bit him first."];
    private static readonly string[] Second = ["The dog had bit the man.", "No one was surprised.", "The man had bitten the dog."];

    [Fact]
    public void The_published_example_has_the_published_figures_a_signature_an_interval_and_a_folder()
    {
        using var scratch = new Scratch();
        (string hypotheses, string[] references) = Write(scratch);
        Outcome told = Outcome.Of(["score", hypotheses, "--references", .. references, "--metrics", "bleu,chrf++,ter", "--out", scratch["out"]]).AssertSucceeded();
        Assert.Contains("48.53", told.Output, StringComparison.Ordinal);
        Assert.Contains("82.4/50.0/45.5/37.5 (BP = 0.943", told.Output, StringComparison.Ordinal);
        Assert.Contains("BLEU|nrefs:2|n:3|bs:1000|seed:1234|case:mixed|eff:no|tok:13a|smooth:exp|version:grimoire-", told.Output, StringComparison.Ordinal);
        EvaluationResult found = EvaluationFolder.Read(scratch["out"]);
        Assert.Equal(["BLEU", "chrF2++", "TER"], found.Figures.Select(figure => figure.Name));
        Assert.Equal([48.530827009929865, 59.15310444399262, 40], found.Figures.Select(figure => figure.Value), (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.All(found.Figures, figure => Assert.True(figure.Interval!.Value.Contains(figure.Value)));
        Assert.Equal(["1", "2", "3"], EvaluationFolder.Examples(scratch["out"]).Select(row => row["id"]!.GetValue<string>()));
        Assert.Equal(told.Output, Outcome.Of(["score", hypotheses, "--references", .. references, "--metrics", "bleu,chrf++,ter", "--out", scratch["out"]]).Output);
        Outcome.Of(["score", hypotheses, "--references", .. references, "--out", scratch["out"]]).AssertRefused(Tool.Failed, "another request", "metrics");
    }

    [Fact]
    public void Options_reach_the_metrics()
    {
        using var scratch = new Scratch();
        (string hypotheses, string[] references) = Write(scratch);
        JsonNode found = Json(["score", hypotheses, "--references", .. references, "--tokenize", "intl", "--metrics", "bleu", "rouge1", "em", "f1", "edit", "wer", "cer", "--bootstrap", "0"]);
        Assert.Equal(43.91623493, found["figures"]![0]!["value"]!.GetValue<double>(), 1e-7);
        Assert.Null(found["figures"]![0]!["interval"]);
        Assert.Equal(["BLEU", "rouge1", "exact_match", "f1", "edit", "edit_norm", "WER", "CER"], found["figures"]!.AsArray().Select(figure => figure!["name"]!.GetValue<string>()));
        Assert.Contains("tok:char|smooth:add-k[2.00]|order:3|", Json(
            ["score", hypotheses, "--references", .. references, "--tokenize", "char", "--smooth", "add-k", "--smooth-value", "2", "--max-order", "3"])
            ["figures"]![0]!["signature"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_hold_their_own_references_and_lines_are_scored_alone()
    {
        using var scratch = new Scratch();
        File.WriteAllLines(scratch["rows.jsonl"],
        [
            """{"said": "a b c d", "wanted": ["a b c d", "x"]}""", "", """{"said": "one two three", "wanted": "one two three four"}""",
        ]);
        JsonNode found = Json(["score", scratch["rows.jsonl"], "--column", "said", "--reference-column", "wanted", "--sentence"]);
        Assert.Equal(100, found["lines"]![0]!["scores"]!["BLEU"]!.GetValue<double>(), 1e-9);
        Assert.Equal(25, found["lines"]![1]!["scores"]!["TER"]!.GetValue<double>(), 1e-9);
        Assert.StartsWith("nrefs:var|n:2|", found["figures"]![0]!["signature"]!.GetValue<string>(), StringComparison.Ordinal);
        string shown = Outcome.Of("score", scratch["rows.jsonl"], "--column", "said", "--reference-column", "wanted", "--sentence", "--out", "none").AssertSucceeded().Output;
        Assert.Contains("Each line", shown, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bootstrap", "paired bootstrap")]
    [InlineData("randomization", "approximate randomization")]
    public void A_second_system_is_held_against_the_first(string test, string name)
    {
        using var scratch = new Scratch();
        string[] lines = [.. Enumerable.Range(0, 40).Select(i => $"the number {i} is followed by the number {i + 1}")];
        File.WriteAllLines(scratch["references"], lines);
        File.WriteAllLines(scratch["bad"], lines.Select(line => line.Replace("number", "word", StringComparison.Ordinal)));
        File.WriteAllLines(scratch["good"], lines.Select((line, i) => i % 5 == 0 ? line.Replace("number", "word", StringComparison.Ordinal) : line));
        JsonNode found = Json(["score", scratch["bad"], scratch["good"], "--references", scratch["references"], "--paired", test]);
        JsonNode[] comparisons = [.. found["comparisons"]!.AsArray().Select(one => one!)];
        Assert.Equal(["BLEU", "chrF2", "TER"], comparisons.Select(one => one["name"]!.GetValue<string>()));
        Assert.All(comparisons, one => Assert.Equal((scratch["good"], name), (one["system"]!.GetValue<string>(), one["test"]!.GetValue<string>())));
        Assert.All(comparisons, one => Assert.True(one["p"]!.GetValue<double>() < 0.01));
        Assert.True(comparisons[0]["difference"]!.GetValue<double>() > 0 && comparisons[2]["difference"]!.GetValue<double>() < 0);
        string shown = Outcome.Of("score", scratch["bad"], scratch["good"], "--references", scratch["references"], "--paired", test, "--out", "none").AssertSucceeded().Output;
        Assert.Contains($"by {name}", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("worse", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_scored_is_refused_in_a_sentence()
    {
        using var scratch = new Scratch();
        (string hypotheses, string[] references) = Write(scratch);
        File.WriteAllLines(scratch["short"], ["one"]);
        File.WriteAllText(scratch["empty"], "");
        File.WriteAllLines(scratch["torn.jsonl"], ["""{"prediction": "a"}""", "{"]);
        File.WriteAllLines(scratch["other.jsonl"], ["""{"text": "a"}"""]);
        File.WriteAllBytes(scratch["latin1"], [0x61, 0xE9, 0x0A]);
        Outcome.Of("score", hypotheses, "--references", scratch["short"]).AssertRefused(Tool.Failed, "has 3 lines", "has 1");
        Outcome.Of("score", scratch["empty"], "--references", references[0]).AssertRefused(Tool.Failed, "empty", "no line");
        Outcome.Of("score", scratch["torn.jsonl"], "--references", references[0]).AssertRefused(Tool.Failed, "torn.jsonl, line 2", "not valid JSON");
        Outcome.Of("score", scratch["other.jsonl"], "--references", references[0]).AssertRefused(Tool.Failed, "other.jsonl, line 1", "\"prediction\"", "text");
        Outcome.Of("score", scratch["latin1"], "--references", references[0]).AssertRefused(Tool.Failed, "not UTF-8");
        Outcome.Of("score", scratch["none"], "--references", references[0]).AssertRefused(Tool.Failed, "no such file");
        Outcome.Of("score", hypotheses).AssertRefused(Tool.WrongUsage, "--references");
        Outcome.Of("score", hypotheses, "--references", references[0], "--metrics", "blue").AssertRefused(Tool.WrongUsage, "blue", "known are bleu");
        Outcome.Of("score", hypotheses, "--references", references[0], "--tokenize", "14a").AssertRefused(Tool.WrongUsage, "14a", "13a");
    }

    [Theory]
    [InlineData("--paired has no effect with one file", "--paired", "bootstrap")]
    [InlineData("--paired has no effect with one file", "--paired", "none")]
    [InlineData("--trials has no effect with one file", "--trials", "100")]
    [InlineData("--max-order has no effect without bleu in --metrics", "--metrics", "ter", "--max-order", "2")]
    [InlineData("--smooth-value has no effect without --smooth floor or add-k", "--smooth-value", "1")]
    [InlineData("--word-order has no effect without chrf in --metrics", "--metrics", "chrf++", "--word-order", "1")]
    [InlineData("--asian has no effect without ter in --metrics", "--metrics", "bleu", "--asian")]
    public void What_would_change_nothing_is_refused(string told, params string[] given)
    {
        using var scratch = new Scratch();
        (string hypotheses, string[] references) = Write(scratch);
        Outcome.Of(["score", hypotheses, "--references", references[0], .. given]).AssertRefused(Tool.WrongUsage, told);
    }

    [Fact]
    public void Trials_of_no_test_are_refused()
    {
        using var scratch = new Scratch();
        (string hypotheses, string[] references) = Write(scratch);
        Outcome.Of("score", hypotheses, hypotheses, "--references", references[0], "--paired", "none", "--trials", "9")
            .AssertRefused(Tool.WrongUsage, "--trials has no effect with --paired none");
    }

    [Fact]
    public void Standard_input_is_a_system_too()
    {
        using var scratch = new Scratch();
        (_, string[] references) = Write(scratch);
        Outcome told = Outcome.WithInput(string.Join('\n', Dogs) + "\n", ["score", "-", "--references", .. references, "--out", "none"]).AssertSucceeded();
        Assert.Contains("48.53", told.Output, StringComparison.Ordinal);
    }

    private static JsonNode Json(string[] arguments) => JsonNode.Parse(Outcome.Of([.. arguments, "--json", "--out", "none"]).AssertSucceeded().Output)!;

    private static (string Hypotheses, string[] References) Write(Scratch scratch)
    {
        File.WriteAllLines(scratch["hypotheses"], Dogs);
        File.WriteAllLines(scratch["a"], First);
        File.WriteAllLines(scratch["b"], Second);
        return (scratch["hypotheses"], [scratch["a"], scratch["b"]]);
    }
}
