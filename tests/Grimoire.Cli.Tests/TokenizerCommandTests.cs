namespace Grimoire.Cli.Tests;

public sealed class TokenizerCommandTests
{
    [Theory]
    [InlineData("bpe", 300)]
    [InlineData("char", 300)]
    public void A_vocabulary_is_trained_and_text_comes_back_from_its_ids(string kind, int vocabulary)
    {
        const string Text = "the cat sat on the mat";
        using var scratch = new Scratch();
        string file = scratch.Write("text.txt", string.Concat(Enumerable.Repeat(Text + "\n", 50)));
        Outcome.Of("tokenizer", "train", file, "--kind", kind, "--vocabulary", $"{vocabulary}", "--out", scratch["tokenizer"]).AssertSucceeded();
        string ids = Outcome.Of("tokenizer", "encode", scratch["tokenizer"], Text).AssertSucceeded().Output;
        Assert.Matches(@"^\d+( \d+)*\n$", ids);
        Assert.Equal(Text + "\n", Outcome.WithInput(ids, "tokenizer", "decode", scratch["tokenizer"]).AssertSucceeded().Output);
        Assert.Equal(Text + "\n", Outcome.Of(["tokenizer", "decode", scratch["tokenizer"], .. ids.Split()[..^1]]).AssertSucceeded().Output);
        Outcome.Of("tokenizer", "decode", scratch["tokenizer"], "0", "999999").AssertRefused(Tool.Failed, "999999", "no id of this tokenizer");
    }

    [Fact]
    public void Pieces_and_JSON_name_every_token()
    {
        using var scratch = new Scratch();
        Outcome.Of("tokenizer", "train", scratch.Write("text.txt", "ab ab ab"), "--kind", "char", "--out", scratch["t"]).AssertSucceeded();
        string pieces = Outcome.Of("tokenizer", "encode", scratch["t"], "a b", "--pieces").AssertSucceeded().Output;
        Assert.Contains("·", pieces, StringComparison.Ordinal);
        Assert.Contains("3 tokens for 3 bytes", pieces, StringComparison.Ordinal);
        Assert.Matches(@"^\{""ids"":\[\d+,\d+,\d+\],""pieces"":\[""a"","" "",""b""\]\}\n$",
            Outcome.Of("tokenizer", "encode", scratch["t"], "a b", "--json").AssertSucceeded().Output);
    }

    [Fact]
    public void A_missing_file_and_an_unknown_pattern_are_named()
    {
        using var scratch = new Scratch();
        Outcome.Of("tokenizer", "train", scratch["nothing.txt"], "--out", scratch["t"]).AssertRefused(Tool.Failed, "nothing.txt");
        Outcome.Of("tokenizer", "train", scratch.Write("a.txt", "a"), "--pattern", "gpt9", "--out", scratch["t"]).AssertRefused(Tool.Failed, "gpt9", "gpt4");
        Assert.False(Directory.Exists(scratch["t"]));
    }
}
