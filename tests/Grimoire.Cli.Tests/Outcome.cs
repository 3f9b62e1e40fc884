
namespace Grimoire.Cli.Tests;

/// <summary>Runs the tool in this process, with captured text.</summary>
internal sealed record Outcome(int ExitCode, string Output, string Error)
{
    public string[] ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public static Outcome Of(params string[] args) => WithInput("", args);

    public static Outcome WithInput(string input, params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        int code = Tool.Run(args, new Terminal(output, error, new StringReader(input)));
        return new Outcome(code, output.ToString(), error.ToString());
    }

    /// <summary>One clear sentence on standard error, the exit code, and no stack trace.</summary>
    public void AssertRefused(int exitCode, params string[] words)
    {
        Assert.True(exitCode == ExitCode, $"exit code {ExitCode}\n{Output}\n{Error}");
        Assert.Single(ErrorLines);
        Assert.DoesNotContain("   at ", Error, StringComparison.Ordinal);
        foreach (string word in words)
            Assert.Contains(word, Error, StringComparison.Ordinal);
    }

    public Outcome AssertSucceeded()
    {
        Assert.True(ExitCode == 0, $"exit code {ExitCode}\n{Output}\n{Error}");
        return this;
    }
}
