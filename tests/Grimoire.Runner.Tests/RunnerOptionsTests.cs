namespace Grimoire.Runner.Tests;

public sealed class RunnerOptionsTests
{
    [Fact]
    public void Every_option_is_read() => Assert.Equal(
        new RunnerOptions { Prompt = "Once", Temperature = 0.5, MaxTokens = 7, Seed = 9, Threads = 2, Help = true },
        RunnerOptions.Parse(["--prompt", "Once", "--temperature", "0.5", "--max-tokens", "7", "--seed", "9", "--threads", "2", "--help"]));

    [Fact]
    public void A_prompt_may_look_like_an_option() => Assert.Equal("--help", RunnerOptions.Parse(["-p", "--help"]).Prompt);

    [Theory]
    [InlineData("there is no option --colour", "--colour")]
    [InlineData("there is no option hello", "hello")]
    [InlineData("--seed needs a value", "--seed")]
    [InlineData("--seed is \"-1\"; it must be a whole number from 0", "--seed", "-1")]
    [InlineData("--max-tokens is \"0\"; it must be a whole number from 1", "--max-tokens", "0")]
    [InlineData("--threads is \"many\"; it must be a whole number from 1", "--threads", "many")]
    [InlineData("--temperature is \"NaN\"; it must be a number from 0", "--temperature", "NaN")]
    [InlineData("--temperature is \"0,5\"; it must be a number from 0", "--temperature", "0,5")]
    public void What_is_wrong_is_named(string sentence, params string[] args) =>
        Assert.Contains(sentence, Assert.Throws<GrimoireException>(() => RunnerOptions.Parse(args)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_help_names_every_option()
    {
        string help = RunnerOptions.HelpText("tale", "tale.gguf");
        Assert.All(["tale", "tale.gguf", "--prompt", "--temperature", "--max-tokens", "--seed", "--threads", "--help"],
            word => Assert.Contains(word, help, StringComparison.Ordinal));
    }
}
