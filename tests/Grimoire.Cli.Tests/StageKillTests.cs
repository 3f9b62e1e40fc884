using System.Diagnostics;
using System.Text;

namespace Grimoire.Cli.Tests;

/// <summary>
/// Every stage, killed at some moment and continued by the same command, ends with the bits of one left alone. One moment each, or as many as the environment
/// variable GRIMOIRE_KILLS says.
/// </summary>
public sealed class StageKillTests(StageKillTests.Base raised) : IClassFixture<StageKillTests.Base>
{
    private const int Steps = 24;

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
    ];

    [Theory]
    [MemberData(nameof(Stages))]
    public void Killed_at_random_moments_and_continued_the_bits_are_the_same(string stage)
    {
        using var scratch = new Scratch();
        Child.Start(Child.Words(raised.Command(stage, scratch["whole"]))).Result().AssertSucceeded();
        var random = new Random(stage.Length);
        for (int i = 0; i < Killing.Moments(1); i++)
        {
            string run = scratch[$"killed-{i}"];
            int step = random.Next(0, Steps - 1);
            Killing.After(run, step, TimeSpan.FromMilliseconds(random.Next(0, 20)), raised.Command(stage, run));
            Child.Start(Child.Words(raised.Command(stage, run))).Result().AssertSucceeded();
            Killing.AssertSameBits(scratch["whole"], run, $"killed after step {step}");
            Directory.Delete(run, recursive: true);
        }
    }

    [Fact]
    public void Interrupted_a_stage_saves_tells_how_to_go_on_and_does()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs POSIX signals");
        using var scratch = new Scratch();
        string stage = Stages.First();
        Child.Start(Child.Words(raised.Command(stage, scratch["whole"]))).Result().AssertSucceeded();
        using Process process = Child.Start(Child.Words(raised.Command(stage, scratch["run"])));
        Killing.WaitForStep(scratch["run"], 3, process);
        Killing.PressCtrlC(process);
        Outcome stopped = process.Result();
        Assert.Equal(Tool.Stopped, stopped.ExitCode);
        Assert.Contains("grimoire finetune", stopped.Output, StringComparison.Ordinal);
        Outcome rest = Child.Start(Child.Words(raised.Command(stage, scratch["run"]))).Result().AssertSucceeded();
        Assert.Contains("The plan, continued", rest.Output, StringComparison.Ordinal);
        Killing.AssertSameBits(scratch["whole"], scratch["run"], "interrupted");
    }

    /// <summary>A tiny model that can read conversations, and data for all stages.</summary>
    public sealed class Base : IDisposable
    {
        private readonly Scratch scratch = new();

        public Base()
        {
            string text = scratch.Write("tale.txt", Tale.Of(8000));
            Outcome.Of("pretrain", "--data", text, "--run", scratch["base"], "--tokenizer", "bpe", "--vocabulary", "300", "--layers", "1", "--heads", "2", "--channels",
                "16", "--context", "96", "--batch", "2", "--steps", "20", "--eval-interval", "20", "--sample-interval", "0", "--threads", "1").AssertSucceeded();
            scratch.Write("answers.jsonl", Lines(i => $$"""{"prompt":"What does {{Who(i)}} see on day {{i}}?","completion":"{{Who(i)}} sees {{What(i)}}."}"""));
            scratch.Write("pairs.jsonl", Lines(i => $$"""{"prompt":"What does {{Who(i)}} see on day {{i}}?","chosen":"{{What(i)}}.","rejected":"I see {{What(i + 1)}} and more."}"""));
            scratch.Write("prompts.jsonl", Lines(i => $$"""{"prompt":"What does {{Who(i)}} see on day {{i}}?","answer":"{{What(i)}}"}"""));
        }

        public void Dispose() => scratch.Dispose();

        internal string[] Command(string stage, string run) =>
        [
            .. stage.Split(' ').Select(word => word switch
            {
                "MODEL" => scratch["base"],
                "ANSWERS" => scratch["answers.jsonl"],
                "PAIRS" => scratch["pairs.jsonl"],
                "PROMPTS" => scratch["prompts.jsonl"],
                _ => word,
            }),
            "--run", run, "--steps", $"{Steps}", "--batch", "2", "--log-interval", "1", "--checkpoint-interval", "5", "--check-count", "4", "--check-tokens", "8",
            "--threads", "1",
        ];

        private static string Lines(Func<int, string> line) =>
            Enumerable.Range(0, 40).Aggregate(new StringBuilder(), (text, i) => text.Append(line(i)).Append('\n')).ToString();

        private static string Who(int i) => new[] { "the cat", "a fox", "my aunt", "Anna" }[i % 4];

        private static string What(int i) => new[] { "a red ball", "the moon", "two apples", "no one", "the sea" }[i % 5];
    }
}
