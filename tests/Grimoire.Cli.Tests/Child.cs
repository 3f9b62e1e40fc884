using System.Diagnostics;

namespace Grimoire.Cli.Tests;

/// <summary>The tool as a process of its own.</summary>
internal static class Child
{
    private static readonly string Assembly = typeof(Tool).Assembly.Location;

    /// <summary>The words of a shell's command for the tool.</summary>
    public static string[] Words(params string[] args) => ["dotnet", Assembly, .. args];

    public static Process Start(params string[] words)
    {
        var info = new ProcessStartInfo(words[0])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false
        };
        foreach (string word in words[1..])
            info.ArgumentList.Add(word);
        return Process.Start(info)!;
    }

    /// <summary>Waits for the end.</summary>
    public static Outcome Result(this Process process)
    {
        process.StandardInput.Close();
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new Outcome(process.ExitCode, output, error.Result);
    }
}
