namespace Grimoire.Cli.Tests;

/// <summary>
/// Training killed at some moment and continued by the same command ends with the bits of training left alone. Two moments, or as many as the environment
/// variable GRIMOIRE_KILLS says.
/// </summary>
public sealed class KillTests
{
    [Fact]
    public void Killed_at_random_moments_and_continued_the_bits_are_the_same()
    {
        using var scratch = new Scratch();
        string data = scratch.Write("tale.txt", Tale.Of(6000));
        Child.Start(Child.Words(Command(data, scratch["whole"]))).Result().AssertSucceeded();
        var random = new Random(20);
        for (int i = 0; i < Killing.Moments(2); i++)
        {
            string run = scratch[$"killed-{i}"];
            int step = random.Next(0, 119);
            Killing.After(run, step, TimeSpan.FromMilliseconds(random.Next(0, 8)), Command(data, run));
            Assert.Contains("interrupted", Outcome.Of("runs", "show", run).AssertSucceeded().Output, StringComparison.Ordinal);
            Child.Start(Child.Words(Command(data, run))).Result().AssertSucceeded();
            Killing.AssertSameBits(scratch["whole"], run, $"killed after step {step}");
            Directory.Delete(run, recursive: true);
        }
    }

    [Fact]
    public void Interrupted_once_it_saves_and_leaves_with_its_own_exit_code_and_goes_on()
    {
        Killing.NeedsCtrlC();
        using var scratch = new Scratch();
        string data = scratch.Write("tale.txt", Tale.Of(6000));
        Child.Start(Child.Words(Command(data, scratch["whole"]))).Result().AssertSucceeded();
        Outcome stopped = Killing.Interrupted(scratch["run"], step: 10, Command(data, scratch["run"]));
        Assert.Equal(Tool.Stopped, stopped.ExitCode);
        Assert.Contains("saved", stopped.Output, StringComparison.Ordinal);
        Assert.Contains("grimoire pretrain", stopped.Output, StringComparison.Ordinal);
        Assert.Contains("stopped", Outcome.Of("runs", "show", scratch["run"]).Output, StringComparison.Ordinal);
        Child.Start(Child.Words(Command(data, scratch["run"]))).Result().AssertSucceeded();
        Killing.AssertSameBits(scratch["whole"], scratch["run"], "interrupted");
    }

    private static string[] Command(string data, string run) =>
        RaisedModel.Pretrain(data, run, steps: 120, "--dropout", "0.1", "--checkpoint-interval", "7", "--log-interval", "1");
}
