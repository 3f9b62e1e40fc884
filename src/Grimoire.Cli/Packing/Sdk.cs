using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Grimoire.Cli.Packing;

/// <summary>The .NET SDK, which builds programs; a user of the tool may have the runtime alone.</summary>
internal static partial class Sdk
{
    // Nothing of the folders above, and no process that stays behind.
    private static readonly string[] Alone =
    [
        "-p:ImportDirectoryBuildProps=false", "-p:ImportDirectoryBuildTargets=false", "-p:ImportDirectoryPackagesProps=false",
        "-p:UseSharedCompilation=false", "-nodeReuse:false",
    ];

    /// <summary>Builds the runner as one file and returns the path of the program.</summary>
    /// <param name="project">The runner.</param>
    /// <param name="system">.NET's name for the system it shall run on, such as <c>win-x64</c>; null for this one.</param>
    /// <param name="stop">Ends the build.</param>
    /// <exception cref="GrimoireException">There is no SDK, the system's runtime cannot be had, or the build failed.</exception>
    /// <exception cref="OperationCanceledException">The user stopped it.</exception>
    public static string Publish(RunnerProject project, string? system, CancellationToken stop)
    {
        string[] target = system is null ? ["--use-current-runtime"] : ["--runtime", system];
        (int code, string said) = Run(project.Folder, ["publish", "Grimoire.Runner.csproj", "--configuration", "Release", .. target, "--self-contained",
            "--output", project.Published, "--nologo", "--verbosity", "quiet", $"-p:GrimoireLibraries={project.Libraries}", .. Alone], stop);
        if (code != 0)
            throw new GrimoireException(Failure(system, said));
        string program = Path.Combine(project.Published, "runner");
        return File.Exists(program) ? program : program + ".exe";
    }

    /// <summary>What a failed build means for a user.</summary>
    internal static string Failure(string? system, string said)
    {
        string asked = system is null ? "" : $"--rid {system}: ";
        if (said.Contains("No .NET SDKs were found", StringComparison.OrdinalIgnoreCase) || said.Contains("NETSDK1045", StringComparison.Ordinal))
            return "Building the program needs the SDK of .NET 10, and here is none or an older one; get it from https://dotnet.microsoft.com/download.";
        if (said.Contains("NETSDK1083", StringComparison.Ordinal))
            return $"{asked}.NET knows no such system; examples are linux-x64, win-x64 and osx-arm64.";
        if (MissingPackage().Match(said) is { Success: true, Groups: [_, { Value: var package }] })
            return $"{asked}the package {package} cannot be had from your package sources; see \"dotnet nuget list source\", or choose another system.";
        string error = said.Split('\n').FirstOrDefault(line => line.Contains("error", StringComparison.OrdinalIgnoreCase)) ?? said.Trim();
        return $"Building the program failed: {Sentences.OneLine(error.Trim(), 500)}";
    }

    private static (int Code, string Said) Run(string folder, string[] words, CancellationToken stop)
    {
        var info = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", words)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["DOTNET_CLI_UI_LANGUAGE"] = "en", ["DOTNET_NOLOGO"] = "1" },
        };
        try
        {
            using Process process = Process.Start(info)!;
            using CancellationTokenRegistration ending = stop.Register(() => process.Kill(entireProcessTree: true));
            Task<string> error = process.StandardError.ReadToEndAsync(CancellationToken.None);
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            stop.ThrowIfCancellationRequested();
            return (process.ExitCode, output + error.Result);
        }
        catch (Win32Exception)
        {
            return (-1, "No .NET SDKs were found.");
        }
    }

    [GeneratedRegex(@"error NU110[0-9]: Unable to find (?:a stable )?package (\S+?)\.?(?:\s|$)")]
    private static partial Regex MissingPackage();
}
