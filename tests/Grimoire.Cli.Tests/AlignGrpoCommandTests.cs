using Grimoire.Models;
using Grimoire.Training.Runs;

namespace Grimoire.Cli.Tests;

/// <summary>Learning from rewards that a program can verify, as a user asks for it.</summary>
public sealed class AlignGrpoCommandTests(TalkingModel model) : IClassFixture<TalkingModel>, IDisposable
{
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Theory]
    [InlineData("grpo", "--prompts-per-round", "2", "--group", "4", "--steps", "3")]
    [InlineData("distill", "--prompts-per-round", "3", "--answers", "4", "--minibatches", "2", "--steps", "4")]
    public void A_model_learns_from_its_own_answers_and_the_same_command_is_done_then(string method, params string[] more)
    {
        string[] command = [.. Align(method, "format=^a"), .. more];
        Outcome.Of(command).AssertSucceeded();
        string run = scratch["run"];
        IReadOnlyList<MetricRow> rows = Run.Metrics(run);
        Assert.Contains(rows, row => row[Metric.RolloutReward] is >= 0 and <= 1);
        Assert.Contains(rows, row => row[Metric.Reward] is not null);
        Assert.Equal(RunStatus.Finished, Run.ReadInfo(run).Status);
        LanguageModel.Load(Path.Combine(run, "model"));
        Assert.Contains("is finished", Outcome.Of(command).AssertSucceeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_knows_nothing_of_the_world_may_play_and_guesses_nothing()
    {
        Outcome.Of("align", "selfplay", model.Model, "--steps", "1", "--prompts-per-round", "2", "--group", "2", "--max-tokens", "8", "--run", scratch["run"], "--threads", "1")
            .AssertSucceeded();
        Assert.Contains(Run.Metrics(scratch["run"]), row => row[Metric.RiddlesGuessed] == 0);
        Outcome.Of("align", "selfplay", model.Model, "--sentences", "0").AssertRefused(2, "sentences");
    }

    [Fact]
    public void What_is_wrong_is_told_in_a_sentence()
    {
        Outcome.Of("align", "grpo", model.Model, "--reward", "exact").AssertRefused(1, "No prompts are given", "--prompts");
        Outcome.Of("align", "distill", model.Model, "--prompts", Prompts()).AssertRefused(1, "No reward is given", "--reward");
        Outcome.Of(Align("grpo", "exakt")).AssertRefused(1, "there is no reward 'exakt'");
        Outcome.Of(Align("grpo", "exact")).AssertRefused(1, "prompts.jsonl, line 1: the reward 'exact' needs the column \"answer\"");
        Outcome.Of(Align("grpo", "world")).AssertRefused(1, "prompts.jsonl, line 1", "\"exercise\"");
        Outcome.Of([.. Align("grpo", "format=a"), "--group", "1"]).AssertRefused(2, "group", "2");
        Outcome.Of([.. Align("grpo", "format=a"), "--accumulate", "2"]).AssertRefused(1, "accumulate has no meaning");
        Outcome.Of([.. Align("distill", "format=a"), "--answers", "1"]).AssertRefused(1, "of a single answer");
    }

    [Fact]
    public void A_bad_row_is_named_or_passed_over()
    {
        string rows = string.Concat(Enumerable.Repeat("{\"prompt\":\"a\"}\n", 9)) + "{\"prompt\":\n";
        scratch.Write("prompts.jsonl", rows);
        Outcome.Of(Align("grpo", "format=a", keep: true)).AssertRefused(1, "prompts.jsonl, line 10: not valid JSON", "--skip-bad");
        Outcome passed = Outcome.Of([.. Align("grpo", "format=a", keep: true), "--skip-bad", "--steps", "1", "--prompts-per-round", "1", "--group", "2"]).AssertSucceeded();
        Assert.Contains("line 10", passed.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_prompt_that_leaves_no_room_is_named_before_any_work()
    {
        scratch.Write("prompts.jsonl", $"{{\"prompt\":\"a\"}}\n{{\"prompt\":\"{new string('a', 300)}\"}}\n");
        Outcome.Of(Align("grpo", "format=a", keep: true)).AssertRefused(1, "prompts.jsonl, line 2", "leaves no room for an answer");
    }

    private string Prompts() => scratch.Write("prompts.jsonl", string.Concat(Enumerable.Range(0, 20).Select(i => $"{{\"prompt\":\"say {(char)('a' + i)}\"}}\n")));

    private string[] Align(string method, string reward, bool keep = false) =>
    [
        "align", method, model.Model, "--template", "none", "--prompts", keep ? scratch["prompts.jsonl"] : Prompts(), "--reward", reward, "--run", scratch["run"],
        "--threads", "1", "--max-tokens", "8", "--check-count", "2", "--check-tokens", "8",
    ];
}
