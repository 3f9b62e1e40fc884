using System.Text.Json.Nodes;
using Grimoire.Training.Data;

namespace Grimoire.Training.Tests.Comparisons;

public sealed class ComparisonFileTests : IDisposable
{
    private readonly Scratch scratch = new();

    private string Path => scratch["comparisons.jsonl"];

    public void Dispose() => scratch.Dispose();

    [Theory]
    [InlineData(Choice.First)]
    [InlineData(Choice.Second)]
    [InlineData(Choice.Tie)]
    [InlineData(Choice.Skip)]
    [InlineData(Choice.Same)]
    public void A_comparison_comes_back(Choice choice)
    {
        Comparison[] written = [Of("say \"é\"\n", choice), new(Talk(), new("x", "m", ulong.MaxValue), new("y", "n", 0), choice, "judge:n")];
        using (ComparisonFile file = ComparisonFile.Open(Path))
        {
            foreach (Comparison comparison in written)
                file.Append(comparison);
        }

        IReadOnlyList<Comparison> read = ComparisonFile.Read(Path);
        Assert.Equal(written.Select(c => (c.First, c.Second, c.Choice, c.Chooser, c.Pair, c.Origin)), read.Select(c => (c.First, c.Second, c.Choice, c.Chooser, c.Pair, c.Origin)));
        Assert.Equal(choice is Choice.First or Choice.Second, File.Exists(Path));
    }

    [Fact]
    public void Preferences_are_training_data_as_they_stand()
    {
        using (ComparisonFile file = ComparisonFile.Open(Path))
        {
            file.Append(Of("p", Choice.Second));
            file.Append(Of("q", Choice.Tie));
            file.Append(new Comparison(Talk(), new("x", "m", 1), new("y", "m", 2), Choice.First, "user"));
        }

        PreferenceExample[] pairs = [.. ExampleFiles.Read([Path], ExampleKinds.Preference).Examples.Cast<PreferenceExample>()];
        Assert.Equal(2, pairs.Length);
        Assert.Equal(("p", "right", "left"), (pairs[0].Prompt.ToString(), pairs[0].Chosen.ToString(), pairs[0].Rejected.ToString()));
        Assert.Equal(("x", "y"), (pairs[1].Chosen.ToString(), pairs[1].Rejected.ToString()));
    }

    [Fact]
    public void Opened_again_it_knows_what_was_asked_and_cuts_off_a_torn_line()
    {
        Comparison one = Of("p", Choice.First), two = Of("q", Choice.Skip);
        using (ComparisonFile file = ComparisonFile.Open(Path))
        {
            file.Append(one);
            file.Append(two);
            Assert.Equal(0, file.Known);
        }

        File.AppendAllText(Path, """{"prompt": "torn""");
        using (ComparisonFile again = ComparisonFile.Open(Path))
        {
            Assert.Equal(2, again.Known);
            Assert.True(again.Has(one.Origin) && again.Has(two.Origin) && again.HasPair(two.Pair));
            Assert.False(again.Has(Of("r", Choice.First).Origin));
            again.Append(Of("r", Choice.First));
        }

        Assert.All(File.ReadLines(Path), line => Assert.NotNull(JsonNode.Parse(line)));
        Assert.Equal(2, File.ReadLines(Path).Count());
    }

    [Fact]
    public void Order_changes_neither_pair_nor_origin_nor_verdict()
    {
        Comparison straight = new(new Passage("p"), new("a", "m", 1), new("b", "m", 2), Choice.First, "user");
        Comparison turned = new(new Passage("p"), new("b", "m", 2), new("a", "m", 1), Choice.Second, "user");
        Assert.Equal((straight.Pair, straight.Origin, straight.Verdict), (turned.Pair, turned.Origin, turned.Verdict));
        Assert.Equal(straight.Origin, Comparison.OriginOf(new Passage("p"), "m", 2, "m", 1));
        Assert.NotEqual(straight.Verdict, (straight with { Choice = Choice.Second }).Verdict);
    }

    [Theory]
    [InlineData("""{"prompt": "p", "chosen": "a", "rejected": "b"}""", "choice")]
    [InlineData("""{"prompt": "p", "chosen": "a", "rejected": "b", "choice": "perhaps"}""", "perhaps")]
    [InlineData("""{"prompt": "p", "chosen": "a", "rejected": "b", "choice": "first", "chooser": "user", "seeds": [1, 2]}""", "models")]
    [InlineData("""{"prompt": "p", "chosen": "a", "rejected": "b", "choice": "first", "chooser": "user", "models": ["a", "b"], "seeds": [1, -2]}""", "seed")]
    public void A_file_of_something_else_is_named_and_left_as_it_is(string row, string named)
    {
        scratch.Write("comparisons.jsonl", row + "\n" + row + "\n");
        string message = Assert.Throws<GrimoireException>(() => ComparisonFile.Open(Path)).Message;
        Assert.Contains("comparisons.jsonl, row 1", message, StringComparison.Ordinal);
        Assert.Contains(named, message, StringComparison.Ordinal);
        Assert.Equal(2, File.ReadLines(Path).Count());
    }

    private static Passage Talk() => new(new JsonArray(
        new JsonObject { ["role"] = "user", ["content"] = "1" }, new JsonObject { ["role"] = "assistant", ["content"] = "2" },
        new JsonObject { ["role"] = "user", ["content"] = "3" }));

    private static Comparison Of(string prompt, Choice choice) => new(new Passage(prompt), new("left", "m", 1), new("right", "m", 2), choice, "user");
}
