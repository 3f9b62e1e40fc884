namespace Grimoire.Cli.Tests;

public sealed class HelpTests
{
    public static TheoryData<string> Verbs => new(
        "quickstart", "pretrain", "finetune", "generate", "tokenizer", "tokenizer train", "tokenizer encode", "tokenizer decode", "chat", "embed", "convert", "info", "check", "check resume", "runs",
            "merge", "runs show", "runs compare", "world", "reward", "reward score", "compare", "compare agree", "hallucinations", "align constitution",
            "align ppo", "align overoptimize", "tag", "tag train", "tag run", "tag score", "bench");

    [Fact]
    public void The_tool_alone_shows_what_it_can_do_with_commands_to_copy()
    {
        Outcome outcome = Outcome.Of().AssertSucceeded();
        foreach (string word in (string[])["grimoire quickstart", "grimoire pretrain --data my.txt", "generate", "tokenizer", "info", "check", "runs", "world"])
            Assert.Contains(word, outcome.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', outcome.Output);
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Every_verb_has_a_purpose_in_a_line_and_examples(string verb)
    {
        Outcome outcome = Outcome.Of([.. verb.Split(' '), "--help"]).AssertSucceeded();
        string[] lines = outcome.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith($"grimoire {verb}   ", lines[0], StringComparison.Ordinal);
        Assert.EndsWith(".", lines[0].TrimEnd(), StringComparison.Ordinal);
        Assert.Contains("Examples", outcome.Output, StringComparison.Ordinal);
        Assert.Contains($"  grimoire {verb}", outcome.Output[outcome.Output.IndexOf("Examples", StringComparison.Ordinal)..], StringComparison.Ordinal);
        Assert.Contains("--verbose", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Pretraining_shows_every_setting_of_a_recipe_in_its_group()
    {
        string help = Outcome.Of("pretrain", "--help").AssertSucceeded().Output;
        foreach (var setting in Training.Runs.PretrainRecipe.Settings.Where(s => s.Key != "description"))
        {
            Assert.Contains(setting.Option + " ", help, StringComparison.Ordinal);
            if (setting.Key != "threads")
                Assert.Contains($"\n{setting.Group}", help, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Verbs_are_found_by_the_names_that_they_have() => Assert.All(Tool.All, verb => Assert.Equal(verb.Name, verb.Create().Name));

    [Fact]
    public void The_version_is_a_line() => Assert.Matches(@"^\d+\.\d+\.\d+\s*$", Outcome.Of("--version").AssertSucceeded().Output);
}
