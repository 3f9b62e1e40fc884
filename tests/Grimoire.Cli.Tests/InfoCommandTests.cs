using Grimoire.Tests;

namespace Grimoire.Cli.Tests;

public sealed class InfoCommandTests
{
    [Fact]
    public void A_model_folder_is_told_in_figures()
    {
        string? path = Shared.Path("golden/stories260K/hf");
        Assert.SkipWhen(path is null, "needs ../shared/golden");
        string told = Outcome.Of("info", path, "--tensors").AssertSucceeded().Output;
        foreach (string word in (string[])["LlamaForCausalLM", "260,032", "8 of 8 channels, 4 for keys and values", "model.embed_tokens.weight"])
            Assert.Contains(word, told, StringComparison.Ordinal);
    }

    [Fact]
    public void The_machine_is_told()
    {
        string told = Outcome.Of("info", "--machine", "--threads", "3").AssertSucceeded().Output;
        foreach (string word in (string[])["processor", "vectors", "SIMD", "3 threads", "large pages"])
            Assert.Contains(word, told, StringComparison.Ordinal);
        Assert.DoesNotContain("at most", told, StringComparison.Ordinal);
    }

    [Fact]
    public void The_machine_and_a_path_are_two_questions() =>
        Outcome.Of("info", "--machine", "model.gguf").AssertRefused(2, "leave PATH out");

    [Fact]
    public void Its_limits_are_measured_if_asked_for()
    {
        string told = Outcome.Of("info", "--limits", "--threads", "2").AssertSucceeded().Output;
        Assert.Equal(3, told.Split("on one thread").Length - 1);
        Assert.Equal(3, told.Split("on 2 threads").Length - 1);
    }

    [Theory]
    [InlineData("", new int[0])]
    [InlineData("0", new[] { 0 })]
    [InlineData("0–1, 4, 6–8", new[] { 0, 1, 4, 6, 7, 8 })]
    public void Processors_are_told_as_ranges(string expected, int[] numbers) => Assert.Equal(expected, MachineFacts.Ranges(numbers));

    [Fact]
    public void Nothing_to_tell_is_wrong_usage() => Outcome.Of("info").AssertRefused(Tool.WrongUsage, "PATH", "--machine");

    [Fact]
    public void A_folder_that_is_not_there_is_named() => Outcome.Of("info", "no-such-folder").AssertRefused(Tool.Failed, "no-such-folder");
}
