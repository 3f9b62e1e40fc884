using Grimoire.Training.Runs;
using Spectre.Console;

namespace Grimoire.Cli;

/// <summary>What is said around every run, whatever is trained in it.</summary>
internal static class RunSession
{
    /// <summary>Whether a folder holds the finished run of this very command.</summary>
    public static bool IsFinished(string folder, IReadOnlyList<string> command) =>
        Run.Exists(folder) && Run.ReadInfo(folder) is { Status: RunStatus.Finished } info && info.Command.SequenceEqual(command);

    /// <summary>Prepares something and shows what is being prepared.</summary>
    public static T Preparing<T>(Terminal terminal, Func<IProgress<string>, T> prepare) => terminal.IsLive
        ? terminal.Console.Status().Spinner(Spinner.Known.Dots).Start("preparing …", status =>
            prepare(new Telling<string>(what => status.Status(Markup.Escape(what) + " …"))))
        : prepare(new Telling<string>(what => terminal.Out.WriteLine(what + " …")));

    /// <summary>Tells that training has been stopped and how to go on; returns the exit code.</summary>
    public static int Stopped(Terminal terminal, long step, long steps, IReadOnlyList<string> command)
    {
        terminal.Line($"Stopped after step {Numbers.Count(step)} of {Numbers.Count(steps)} and saved. To go on:");
        terminal.Out.WriteLine($"  {CommandText.Of(["grimoire", .. command])}");
        return Tool.Stopped;
    }
}
