using System.ComponentModel;
using System.Diagnostics;
using System.Reflection;

namespace Grimoire.Cli.Bench;

/// <summary>From nothing to the first token: the whole of <c>grimoire generate</c> as a process of its own, and the part of it that opens the model.</summary>
internal static class StartSpeed
{
    private static readonly Assembly Here = typeof(StartSpeed).Assembly;

    /// <summary>What to measure of a model that lies in a file or folder.</summary>
    public static IEnumerable<Benchmark> Benchmarks(string path, Opening opening)
    {
        int threads = opening.Kernels.Threads;
        double First(CancellationToken cancellation) => Seconds(() => FirstToken(path, threads, opening.Words, cancellation));
        yield return new("start to first token", "s", threads, First) { LessIsBetter = true };
        yield return new("open the model", "s", threads, _ => Seconds(() => opening.Transformer(path))) { LessIsBetter = true };
    }

    private static double Seconds(Action work)
    {
        long start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static void FirstToken(string path, int threads, IReadOnlyList<string> options, CancellationToken cancellation)
    {
        (string program, string[] before) = Program();
        string[] words =
        [
            .. before, "generate", path, "--ids", "1", "--max-tokens", "1", "--temperature", "0", "--threads",
            threads.ToString(System.Globalization.CultureInfo.InvariantCulture), .. options,
        ];
        (int code, string _, string error) = ChildProcess.Run(program, words, cancellation);
        if (code != 0)
            throw new GrimoireException($"grimoire generate {path}, which bench started, failed: {Sentences.OneLine(error.Trim(), 300)}");
    }

    /// <summary>How this tool is called: as a program, or as an assembly of .NET's.</summary>
    private static (string Program, string[] Words) Program() =>
        Environment.ProcessPath is { } path && Assembly.GetEntryAssembly() == Here
        && !Path.GetFileNameWithoutExtension(path).Equals("dotnet", StringComparison.OrdinalIgnoreCase)
            ? (path, [])
            : (Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [Here.Location]);
}

/// <summary>A program that is run to its end.</summary>
internal static class ChildProcess
{
    /// <summary>Runs it and returns its exit code and what it said.</summary>
    /// <exception cref="GrimoireException">It cannot be started.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static (int Code, string Output, string Error) Run(string program, IReadOnlyList<string> words, CancellationToken cancellation)
    {
        var info = new ProcessStartInfo(program, words)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        try
        {
            using Process process = Process.Start(info)!;
            using CancellationTokenRegistration ending = cancellation.Register(() => process.Kill(entireProcessTree: true));
            process.StandardInput.Close();
            Task<string> error = process.StandardError.ReadToEndAsync(CancellationToken.None);
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            cancellation.ThrowIfCancellationRequested();
            return (process.ExitCode, output, error.Result);
        }
        catch (Win32Exception e)
        {
            throw new GrimoireException($"{program}: cannot be started ({e.Message.TrimEnd('.')}).", e);
        }
    }
}
