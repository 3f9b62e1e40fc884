using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Grimoire.Cli.Tests;

/// <summary>
/// Training killed at some moment and continued by the same command ends with the bits of training left alone. Two moments, or as many as the environment
/// variable GRIMOIRE_KILLS says.
/// </summary>
public sealed partial class KillTests
{
    private const int Interrupt = 2;

    [Fact]
    public void Killed_at_random_moments_and_continued_the_bits_are_the_same()
    {
        int moments = int.TryParse(Environment.GetEnvironmentVariable("GRIMOIRE_KILLS"), CultureInfo.InvariantCulture, out int asked) ? asked : 2;
        using var scratch = new Scratch();
        string data = scratch.Write("tale.txt", Tale.Of(6000));
        Child.Start(Child.Words(Command(data, scratch["whole"]))).Result().AssertSucceeded();
        var random = new Random(20);
        for (int i = 0; i < moments; i++)
        {
            string run = scratch[$"killed-{i}"];
            int step = random.Next(0, 119);
            KillAfter(run, step, TimeSpan.FromMilliseconds(random.Next(0, 8)), Child.Words(Command(data, run)));
            Assert.Contains("interrupted", Outcome.Of("runs", "show", run).AssertSucceeded().Output, StringComparison.Ordinal);
            Child.Start(Child.Words(Command(data, run))).Result().AssertSucceeded();
            AssertSameBits(scratch["whole"], run, $"killed after step {step}");
            Directory.Delete(run, recursive: true);
        }
    }

    [Fact]
    public void Interrupted_once_it_saves_and_leaves_with_its_own_exit_code_and_goes_on()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs POSIX signals");
        using var scratch = new Scratch();
        string data = scratch.Write("tale.txt", Tale.Of(6000));
        Child.Start(Child.Words(Command(data, scratch["whole"]))).Result().AssertSucceeded();
        using Process process = Child.Start(Child.Words(Command(data, scratch["run"])));
        WaitForStep(scratch["run"], 10, process);
        Assert.Equal(0, SendSignal(process.Id, Interrupt));
        Outcome stopped = process.Result();
        Assert.Equal(Tool.Stopped, stopped.ExitCode);
        Assert.Contains("saved", stopped.Output, StringComparison.Ordinal);
        Assert.Contains("grimoire pretrain", stopped.Output, StringComparison.Ordinal);
        Assert.Contains("stopped", Outcome.Of("runs", "show", scratch["run"]).Output, StringComparison.Ordinal);
        Child.Start(Child.Words(Command(data, scratch["run"]))).Result().AssertSucceeded();
        AssertSameBits(scratch["whole"], scratch["run"], "interrupted");
    }

    private static string[] Command(string data, string run) =>
        RaisedModel.Pretrain(data, run, steps: 120, "--dropout", "0.1", "--checkpoint-interval", "7", "--log-interval", "1");

    private static void KillAfter(string run, int step, TimeSpan more, string[] words)
    {
        using Process process = Child.Start(words);
        WaitForStep(run, step, process);
        Thread.Sleep(more);
        process.Kill();
        process.WaitForExit();
        Assert.NotEqual(0, process.ExitCode);
    }

    /// <summary>Waits until the run has written down so many steps; 0 waits until it exists.</summary>
    private static void WaitForStep(string run, int step, Process process)
    {
        string metrics = Path.Combine(run, "metrics.jsonl"), last = $"{{\"step\":{step},";
        while (!process.HasExited)
        {
            if (File.Exists(metrics) && (step == 0 || Read(metrics).Contains(last, StringComparison.Ordinal)))
                return;
            Thread.Sleep(1);
        }

        Assert.Fail($"ended before step {step}: {process.StandardError.ReadToEnd()}");
    }

    private static string Read(string path)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        return reader.ReadToEnd();
    }

    private static void AssertSameBits(string whole, string run, string when)
    {
        foreach (string file in (string[])["model/model.safetensors", "checkpoints/step-00000120/model.safetensors",
            "checkpoints/step-00000120/optimizer.safetensors"])
            Assert.True(File.ReadAllBytes(Path.Combine(whole, file)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(run, file))),
                $"{file} differs: {when}");
        static string Losses(string folder) => string.Join(
            '\n', Training.Runs.Run.Metrics(folder).Where(row => row["loss"] is not null).Select(row => $"{row.Step} {row["loss"]:R}"));
        Assert.Equal(Losses(whole), Losses(run));
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);
}
