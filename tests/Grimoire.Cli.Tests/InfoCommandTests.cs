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
    public void The_machine_is_told() => Assert.Contains("vectors", Outcome.Of("info", "--machine").AssertSucceeded().Output, StringComparison.Ordinal);

    [Fact]
    public void Nothing_to_tell_is_wrong_usage() => Outcome.Of("info").AssertRefused(Tool.WrongUsage, "PATH", "--machine");

    [Fact]
    public void A_folder_that_is_not_there_is_named() => Outcome.Of("info", "no-such-folder").AssertRefused(Tool.Failed, "no-such-folder");
}
