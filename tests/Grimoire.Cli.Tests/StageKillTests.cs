namespace Grimoire.Cli.Tests;

/// <summary>
/// Every stage, killed at some moment and continued by the same command, ends with the bits of one left alone. One moment each, or as many as the environment
/// variable GRIMOIRE_KILLS says.
/// </summary>
public sealed class StageKillTests(RaisedForStages raised) : IClassFixture<RaisedForStages>
{
    private const int Steps = RaisedForStages.Steps;

    /// <summary>The stages by the words that ask for them.</summary>
    public static TheoryData<string> Stages =>
    [
        "finetune MODEL --data ANSWERS --dropout 0.1",
        "finetune MODEL --data ANSWERS --adapter lora --rank 2 --adapter-dropout 0.1",
        "finetune MODEL --data ANSWERS --adapter dora --rank 2",
        "reward MODEL --data PAIRS",
        "reward MODEL --data PAIRS --adapter lora --rank 2 --adapter-dropout 0.1",
        "align dpo MODEL --data PAIRS",
        "align dpo MODEL --data PAIRS --adapter lora --rank 2",
        "align grpo MODEL --prompts PROMPTS --reward format=.*e.* --prompts-per-round 2 --group 4 --minibatches 2 --max-tokens 8",
        "align distill MODEL --prompts PROMPTS --reward format=.*e.* --prompts-per-round 4 --answers 4 --minibatches 2 --max-tokens 8",
        "align ppo MODEL --prompts PROMPTS --reward format=.*e.* --answers 8 --minibatches 2 --ppo-epochs 2 --max-tokens 8 --kl-target 1",
        "align ppo MODEL --prompts PROMPTS --reward format=.*e.* --answers 8 --minibatches 2 --ppo-epochs 2 --max-tokens 8 --adapter lora --rank 2",
        "tag train --data WORDS --dropout 0.3 --crf",
        "tag train MODEL --data WORDS --adapter lora --rank 2 --adapter-dropout 0.1",
    ];

    [Theory]
    [MemberData(nameof(Stages))]
    public void Killed_at_random_moments_and_continued_the_bits_are_the_same(string stage)
    {
        using var scratch = new Scratch();
        Outcome.Of(raised.Command(stage, scratch["whole"])).AssertSucceeded();
        var random = new Random(stage.Length);
        for (int i = 0; i < Killing.Moments(1); i++)
        {
            string run = scratch[$"killed-{i}"];
            int step = random.Next(0, Steps - 1);
            Killing.After(run, step, TimeSpan.FromMilliseconds(random.Next(0, 20)), raised.Command(stage, run));
            Outcome.Of(raised.Command(stage, run)).AssertSucceeded();
            Killing.AssertSameBits(scratch["whole"], run, $"killed after step {step}");
            Directory.Delete(run, recursive: true);
        }
    }

    [Fact]
    public void Interrupted_a_stage_saves_tells_how_to_go_on_and_does()
    {
        Killing.NeedsCtrlC();
        using var scratch = new Scratch();
        string stage = Stages.First();
        Outcome.Of(raised.Command(stage, scratch["whole"])).AssertSucceeded();
        Outcome stopped = Killing.Interrupted(scratch["run"], step: 3, raised.Command(stage, scratch["run"]));
        Assert.Equal(Tool.Stopped, stopped.ExitCode);
        Assert.Contains("grimoire finetune", stopped.Output, StringComparison.Ordinal);
        Outcome rest = Outcome.Of(raised.Command(stage, scratch["run"])).AssertSucceeded();
        Assert.Contains("The plan, continued", rest.Output, StringComparison.Ordinal);
        Killing.AssertSameBits(scratch["whole"], scratch["run"], "interrupted");
    }
}
