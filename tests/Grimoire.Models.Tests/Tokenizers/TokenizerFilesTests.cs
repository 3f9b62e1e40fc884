using Grimoire.Models.Tokenizers;

namespace Grimoire.Models.Tests.Tokenizers;

public sealed class TokenizerFilesTests
{
    private const string Sample = "Hello, wörld!  <|endoftext|> 12345 don't\r\n\t 你好 😀 ";

    [Theory]
    [InlineData("gpt2")]
    [InlineData("qwen2")]
    [InlineData("llama3")]
    [InlineData("llama2")]
    [InlineData("stories260K")]
    [InlineData("bert")]
    public void Saving_and_loading_changes_nothing(string name) => AssertRoundTrip(Vocabularies.Load(name), Sample);

    [Fact]
    public void Trained_tokenizers_survive_saving()
    {
        foreach (SplitPattern pattern in SplitPattern.Known)
        {
            AssertRoundTrip(TokenizerTrainer.Train([Sample + Sample], new TokenizerOptions { VocabularySize = 300, Pattern = pattern }), Sample);
            AssertRoundTrip(TokenizerTrainer.Train([Sample + Sample], new TokenizerOptions { Kind = TokenizerKind.Word, Pattern = pattern }), Sample);
        }

        AssertRoundTrip(TokenizerTrainer.Train([Sample], new TokenizerOptions { Kind = TokenizerKind.Character }), Sample.Replace("<|endoftext|>", "", StringComparison.Ordinal));
    }

    private static void AssertRoundTrip(Tokenizer tokenizer, string text)
    {
        string folder = Directory.CreateTempSubdirectory("grimoire").FullName;
        tokenizer.Save(folder);
        Tokenizer again = Tokenizer.Load(folder);
        foreach ((bool add, bool parse) in ((bool, bool)[])[(false, false), (true, false), (true, true)])
            Assert.Equal(tokenizer.Encode(text, add, parse), again.Encode(text, add, parse));
        Assert.Equal(tokenizer.Decode(tokenizer.Encode(text)), again.Decode(again.Encode(text)));
        Assert.Equal((tokenizer.VocabularySize, tokenizer.BeginOfText, tokenizer.EndOfText), (again.VocabularySize, again.BeginOfText, again.EndOfText));
        Assert.Equal(tokenizer.AddedTokens, again.AddedTokens);
        string[] first = [.. Directory.GetFiles(folder).Order().Select(File.ReadAllText)];
        again.Save(folder);
        Assert.Equal(first, Directory.GetFiles(folder).Order().Select(File.ReadAllText));
        Directory.Delete(folder, recursive: true);
    }
}
