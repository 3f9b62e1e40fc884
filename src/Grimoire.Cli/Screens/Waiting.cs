using Spectre.Console;

namespace Grimoire.Cli;

/// <summary>Something to look at while work goes on whose end is not known.</summary>
internal static class Waiting
{
    /// <summary>Does some work, with its name and a sign of life on a terminal.</summary>
    public static T While<T>(Terminal terminal, string what, Func<T> work) =>
        terminal.IsLive ? terminal.Console.Status().Spinner(Spinner.Known.Dots).Start(Markup.Escape(what) + " …", _ => work()) : work();
}
