using Grimoire.Models;
using Grimoire.Models.Tokenizers;

namespace Grimoire.Cli.Tests;

public sealed class GuessingCommandTests(TalkingModel talking) : IClassFixture<TalkingModel>
{
    [Fact]
    public void Guessing_ahead_writes_the_same_text_and_tells_how_it_went()
    {
        string[] generate = ["generate", talking.Model, "--prompt", "abcabcabcabc", "--temperature", "0", "--max-tokens", "60", "--threads", "1"];
        Outcome plain = Outcome.Of(generate).AssertSucceeded();
        foreach (string[] guessing in (string[][])[["--lookup", "5"], ["--draft", talking.Model, "--draft-tokens", "3"], ["--draft", talking.Model, "--lookup", "2"]])
        {
            Outcome guessed = Outcome.Of([.. generate, .. guessing]).AssertSucceeded();
            Assert.Equal(plain.Output, guessed.Output);
            Assert.Contains("tokens were guessed ahead", guessed.Error, StringComparison.Ordinal);
            Assert.Contains("\"right_guesses\":", Outcome.Of([.. generate, .. guessing, "--json"]).AssertSucceeded().Output, StringComparison.Ordinal);
        }

        Assert.Equal(Outcome.Of(talking.Chat("--prompt", "Hello")).Output, Outcome.Of(talking.Chat("--prompt", "Hello", "--lookup", "4")).AssertSucceeded().Output);
        Outcome.Of(talking.Chat("--prompt", "Hello", "--draft", talking.Model)).AssertSucceeded();
    }

    [Fact]
    public void What_cannot_guess_is_refused()
    {
        using var scratch = new Scratch();
        Tokenizer other = TokenizerTrainer.Train(["xyz"], new TokenizerOptions { Kind = TokenizerKind.Character });
        ModelConfig config = LanguageModel.Load(talking.Model).Config with { Vocabulary = other.VocabularySize };
        new LanguageModel(new Transformer(config, Initialization.Random(config, seed: 2)), other).Save(scratch["other"]);
        Outcome.Of("generate", talking.Model, "--prompt", "a", "--draft", scratch["other"]).AssertRefused(Tool.Failed, "vocabulary", "token 0");
        Outcome.Of(talking.Chat("--prompt", "Hello", "--draft", scratch["none"])).AssertRefused(Tool.Failed, "none");
    }
}
