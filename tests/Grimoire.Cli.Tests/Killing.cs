using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Grimoire.Cli.Tests;

/// <summary>Ends processes of the tool at chosen moments, and holds runs that were ended against those that were not.</summary>
internal static partial class Killing
{
    private const int Interrupt = 2, Attempts = 50;

    /// <summary>How often to kill, where the environment does not say.</summary>
    public static int Moments(int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable("GRIMOIRE_KILLS"), CultureInfo.InvariantCulture, out int asked) ? asked : usual;

    /// <summary>Runs a command until its run has logged a step and some time more has passed, and kills it.</summary>
    public static void After(string run, int step, TimeSpan more, string[] command) => Ended(run, step, command, process =>
    {
        Thread.Sleep(more);
        process.Kill();
    });

    /// <summary>Runs a command until its run has logged a step, and presses Ctrl-C.</summary>
    public static Outcome Interrupted(string run, int step, string[] command) => Ended(run, step, command, process => _ = SendSignal(process.Id, Interrupt));

    /// <summary>Skips a test where a pressed Ctrl-C does not arrive: without POSIX signals, or where SIGINT is ignored, as behind a shell's &amp;.</summary>
    public static void NeedsCtrlC()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs POSIX signals");
        string? ignored = !File.Exists("/proc/self/status") ? null
            : File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith("SigIgn:", StringComparison.Ordinal));
        bool ignores = ignored is not null && (Convert.ToUInt64(ignored[7..].Trim(), 16) & (1UL << (Interrupt - 1))) != 0;
        Assert.SkipWhen(ignores, "SIGINT is ignored here: run the tests in the foreground");
    }

    /// <summary>Every bit of the finished weights, of the last checkpoint's weights and optimizer, and every logged number but times.</summary>
    public static void AssertSameBits(string whole, string run, string when)
    {
        string last = Path.GetRelativePath(whole, Training.Runs.Run.Checkpoints(whole)[^1].Folder);
        string[] files = [.. new[] { "model", last }.SelectMany(folder => Directory.GetFiles(Path.Combine(whole, folder), "*.safetensors"))
            .Select(file => Path.GetRelativePath(whole, file))];
        Assert.True(files.Length >= 3, "a model, a checkpoint of it and its optimizer");
        foreach (string file in files)
        {
            Assert.True(File.ReadAllBytes(Path.Combine(whole, file)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(run, file))),
                $"{file} differs: {when}");
        }

        Assert.Equal(Logged(whole), Logged(run));
    }

    /// <summary>
    /// Runs a command and ends it once its run has written down a step. On a busy machine training may come to its own end before anybody looks: then the run is
    /// begun anew, for only what was ended is of interest.
    /// </summary>
    private static Outcome Ended(string run, int step, string[] command, Action<Process> end)
    {
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            using Process process = Child.Start(Child.Words(command));
            bool reached = HasReached(run, step, process);
            if (reached)
                end(process);
            Outcome outcome = process.Result();
            Assert.True(reached || outcome.ExitCode == 0, outcome.Error);
            if (outcome.ExitCode != 0)
                return outcome;
            Directory.Delete(run, recursive: true);
        }

        throw new InvalidOperationException($"{Attempts} runs were over before they could be ended.");
    }

    /// <summary>Waits until the run has written down so many steps, 0 until it exists; false where the process ends before.</summary>
    private static bool HasReached(string run, int step, Process process)
    {
        string metrics = Path.Combine(run, "metrics.jsonl"), last = $"{{\"step\":{step},";
        while (!process.HasExited)
        {
            if (File.Exists(metrics) && (step == 0 || Read(metrics).Contains(last, StringComparison.Ordinal)))
                return true;
            Thread.Sleep(1);
        }

        return false;
    }

    private static string Logged(string folder) => string.Join('\n', Training.Runs.Run.Metrics(folder).Select(row =>
        $"{row.Step} {string.Join(' ', row.Values.Where(value => value.Key is not ("seconds" or "tokens_per_second")).Select(value => $"{value.Key} {value.Value:R}"))}"));

    private static string Read(string path)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        return reader.ReadToEnd();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);
}
