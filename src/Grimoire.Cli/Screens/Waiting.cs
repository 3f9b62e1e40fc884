using Spectre.Console;

namespace Grimoire.Cli;

/// <summary>Something to look at while work goes on whose end is not known.</summary>
internal static class Waiting
{
    /// <summary>Does some work, with its name and a sign of life on a terminal.</summary>
    public static T While<T>(Terminal terminal, string what, Func<T> work) =>
        terminal.IsLive ? terminal.Console.Status().Spinner(Spinner.Known.Dots).Start(Markup.Escape(what) + " …", _ => work()) : work();

    /// <summary>Does some work that tells which share of it is done, and stops it there when the user wants to.</summary>
    public static void While(Terminal terminal, string what, Action<Action<double>> work)
    {
        if (terminal.IsLive)
            terminal.Console.Status().Spinner(Spinner.Known.Dots).Start(Markup.Escape(what) + " …", status => work(Tell(status)));
        else
            work(Tell(null));

        Action<double> Tell(StatusContext? status) => share =>
        {
            terminal.Stop.ThrowIfCancellationRequested();
            if (status is not null)
                status.Status = $"{Markup.Escape(what)} … {Numbers.Percent(share)}";
        };
    }
}
