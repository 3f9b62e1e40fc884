using System.Diagnostics;
using Spectre.Console;

namespace Grimoire.Cli;

/// <summary>
/// Work whose end is foreseen: what is being done, how much of all is done and how long the rest will take; now and then a line where nobody watches.
/// </summary>
internal static class TimedWork
{
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(30);

    /// <summary>Does some work that tells its share, from 0 to 1, and what it is at; stops it there when the user wants to.</summary>
    public static T Do<T>(Terminal terminal, string what, Func<Action<double, string>, T> work) => terminal.IsLive
        ? terminal.Console.Status().Spinner(Spinner.Known.Dots).Start(Markup.Escape(what) + " …", status =>
            work(Tell(terminal, line => status.Status = Markup.Escape($"{what}: {line}"), TimeSpan.FromSeconds(0.2))))
        : work(Tell(terminal, line => terminal.Error.WriteLine($"{what}: {line}"), BetweenLines));

    private static Action<double, string> Tell(Terminal terminal, Action<string> say, TimeSpan between)
    {
        var clock = Stopwatch.StartNew();
        TimeSpan said = TimeSpan.Zero;
        double begun = -1;
        return (share, at) =>
        {
            terminal.Stop.ThrowIfCancellationRequested();
            if (clock.Elapsed - said < between)
                return;
            // What was known before the work began took no time.
            begun = begun < 0 ? share : begun;
            said = clock.Elapsed;
            double left = share > begun ? clock.Elapsed.TotalSeconds * (1 - share) / (share - begun) : double.NaN;
            say($"{at}, {Numbers.Percent(share)}{(double.IsFinite(left) ? $", {Numbers.Duration(left)} left" : "")}");
        };
    }
}
