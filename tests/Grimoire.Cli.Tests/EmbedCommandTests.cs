using System.Text.Json;

namespace Grimoire.Cli.Tests;

public sealed class EmbedCommandTests(RaisedModel raised) : IClassFixture<RaisedModel>
{
    [Fact]
    public void Vectors_come_one_a_line_however_texts_are_given()
    {
        string given = Outcome.Of("embed", raised.Model, "the cat", "a fox").AssertSucceeded().Output;
        JsonElement[] lines = [.. given.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))];
        Assert.Equal(["the cat", "a fox"], lines.Select(line => line.GetProperty("text").GetString()));
        foreach (JsonElement line in lines)
        {
            double[] vector = [.. line.GetProperty("embedding").EnumerateArray().Select(value => value.GetDouble())];
            Assert.Equal(32, vector.Length);
            Assert.Equal(1, vector.Sum(x => x * x), 1e-5);
        }

        Assert.Equal(given, Outcome.WithInput("the cat\n\na fox\n", "embed", raised.Folder).AssertSucceeded().Output);
        using var scratch = new Scratch();
        Assert.Equal(given, Outcome.Of("embed", raised.Model, "--file", scratch.Write("texts.txt", "the cat\r\na fox")).AssertSucceeded().Output);
    }

    [Fact]
    public void Tables_can_be_opened_elsewhere()
    {
        string[] lines = Outcome.Of("embed", raised.Model, "a fox. my aunt", "--format", "csv").AssertSucceeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.StartsWith("text,0,1,2,", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("\"a fox. my aunt\",", lines[1], StringComparison.Ordinal);
        Assert.Equal(32 + 1, lines[0].Split(',').Length);
    }

    [Fact]
    public void Similarity_is_a_table_of_cosines()
    {
        string table = Outcome.Of("embed", raised.Model, "the cat", "the cat", "no one", "--similarity").AssertSucceeded().Output;
        string[] first = table.Split('\n').Single(line => line.Contains("1   the cat", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["1", "the", "cat", "1.000", "1.000"], first[..5]);
        Assert.NotEqual("1.000", first[5]);
        string csv = Outcome.Of("embed", raised.Model, "the cat", "no one", "--similarity", "--format", "csv").AssertSucceeded().Output;
        Assert.StartsWith("text,\"the cat\",\"no one\"\n\"the cat\",", csv, StringComparison.Ordinal);
    }

    [Fact]
    public void Pooling_can_be_chosen_and_long_texts_say_that_they_were_cut()
    {
        string last = Outcome.Of("embed", raised.Model, "the cat").AssertSucceeded().Output;
        Assert.Equal(last, Outcome.Of("embed", raised.Model, "the cat", "--pooling", "last").AssertSucceeded().Output);
        Assert.NotEqual(last, Outcome.Of("embed", raised.Model, "the cat", "--pooling", "mean").AssertSucceeded().Output);
        Outcome cut = Outcome.Of("embed", raised.Model, new string('a', 100), "a fox").AssertSucceeded();
        Assert.Contains("1 of 2 texts is longer", cut.Error, StringComparison.Ordinal);
        Assert.Contains("2 of 2 texts are longer", Outcome.Of("embed", raised.Model, "a fox", "a cat", "--max-tokens", "3").AssertSucceeded().Error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_embedded_is_refused()
    {
        Outcome.Of("embed").AssertRefused(Tool.WrongUsage, "MODEL");
        Outcome.Of("embed", "no-such-model", "a").AssertRefused(Tool.Failed, "no-such-model");
        Outcome.Of("embed", raised.Model).AssertRefused(Tool.Failed, "no text", "standard input");
        Outcome.WithInput("\n  \n", "embed", raised.Model).AssertRefused(Tool.Failed, "no text");
        Outcome.Of("embed", raised.Model, "--file", "no-such-file.txt").AssertRefused(Tool.Failed, "no-such-file.txt", "no such file");
        Outcome.Of("embed", raised.Model, "a", "--file", "b").AssertRefused(Tool.WrongUsage, "not both");
        Outcome.Of("embed", raised.Model, "a", "--pooling", "max").AssertRefused(Tool.WrongUsage, "pooling", "mean, cls or last");
        using var scratch = new Scratch();
        Outcome.Of("embed", raised.Model, "--file", scratch.Folder).AssertRefused(Tool.Failed, scratch.Folder, "folder");
        Outcome.Of("embed", raised.Model, "--file", scratch.Write("empty.txt", "")).AssertRefused(Tool.Failed, "empty.txt", "no text");
        string copy = raised.CopyModel(scratch);
        File.Delete(Path.Combine(copy, "tokenizer.json"));
        Outcome.Of("embed", copy, "a").AssertRefused(Tool.Failed, copy, "tokenizer");
    }

    [Fact]
    public void Writing_says_what_it_took_from_the_makers()
    {
        using var scratch = new Scratch();
        string copy = raised.CopyModel(scratch);
        File.WriteAllText(Path.Combine(copy, "generation_config.json"), """{"do_sample": true, "temperature": 0.5, "top_k": 1}""");
        Outcome makers = Outcome.Of("generate", copy, "--prompt", "the", "--max-tokens", "9").AssertSucceeded();
        Assert.Contains("The model's makers say: temperature 0.5, top_k 1.", makers.Error, StringComparison.Ordinal);
        Outcome mine = Outcome.Of("generate", copy, "--prompt", "the", "--max-tokens", "9", "--top-k", "0", "--temperature", "0").AssertSucceeded();
        Assert.Equal("", mine.Error);
        Assert.Equal(mine.Output, makers.Output);
        File.WriteAllText(Path.Combine(copy, "generation_config.json"), """{"temperature": "warm"}""");
        Outcome.Of("generate", copy, "--prompt", "the").AssertRefused(Tool.Failed, "generation_config.json", "temperature");
    }
}
