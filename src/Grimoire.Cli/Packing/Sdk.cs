using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Grimoire.Cli.Packing;

/// <summary>The .NET SDK, which builds programs; a user of the tool may have the runtime alone.</summary>
internal static partial class Sdk
{
    /// <summary>Builds the runner for a system, as one file, and returns the path of the program.</summary>
    /// <exception cref="GrimoireException">There is no SDK, the system's runtime cannot be had, or the build failed.</exception>
    /// <exception cref="OperationCanceledException">The user stopped it.</exception>
    public static string Publish(RunnerProject project, string system, CancellationToken stop)
    {
        (int code, string said) = Run(project.Folder, stop, "publish", "Grimoire.Runner.csproj", "--configuration", "Release", "--runtime", system, "--self-contained",
            "--output", project.Published, "--nologo", "--verbosity", "quiet", $"-p:GrimoireLibraries={project.Libraries}", "-p:UseSharedCompilation=false",
            "-nodeReuse:false", "-p:ImportDirectoryBuildProps=false", "-p:ImportDirectoryBuildTargets=false", "-p:ImportDirectoryPackagesProps=false");
        if (code != 0)
            throw new GrimoireException(Failure(system, said));
        string program = Path.Combine(project.Published, "runner");
        return File.Exists(program) ? program : program + ".exe";
    }

    /// <summary>The name that .NET gives to this machine's system.</summary>
    public static string ThisSystem => System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier;

    internal static string Failure(string system, string said)
    {
        if (said.Contains("No .NET SDKs were found", StringComparison.OrdinalIgnoreCase) || said.Contains("NETSDK1045", StringComparison.Ordinal))
            return "Building the program needs the SDK of .NET 10, and here is none or an older one; get it from https://dotnet.microsoft.com/download.";
        if (said.Contains("NETSDK1083", StringComparison.Ordinal))
            return $"--rid {system}: .NET knows no such system; examples are linux-x64, win-x64 and osx-arm64.";
        if (MissingPackage().Match(said) is { Success: true, Groups: [_, { Value: var package }] })
            return $"--rid {system}: the package {package} cannot be had from your package sources; see \"dotnet nuget list source\", or choose another system.";
        string error = said.Split('\n').FirstOrDefault(line => line.Contains("error", StringComparison.OrdinalIgnoreCase)) ?? said.Trim();
        return $"Building the program failed: {Sentences.OneLine(error.Trim(), 500)}";
    }

    private static (int Code, string Said) Run(string folder, CancellationToken stop, params string[] words)
    {
        var info = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", words)
        {
            WorkingDirectory = folder,
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

    [GeneratedRegex(@"error NU110[0-9]: Unable to find (?:a stable )?package (\S+?)[. ]")]
    private static partial Regex MissingPackage();
}
