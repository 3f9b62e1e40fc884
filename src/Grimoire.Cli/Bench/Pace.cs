using System.Diagnostics;

namespace Grimoire.Cli.Bench;

/// <summary>Repeats what is too quick to be timed once.</summary>
internal static class Pace
{
    /// <summary>Units a second of work that returns the units it has done, repeated until that took some time.</summary>
    public static double Of(double seconds, Func<double> work, CancellationToken cancellation)
    {
        double done = 0;
        long start = Stopwatch.GetTimestamp();
        do
        {
            cancellation.ThrowIfCancellationRequested();
            done += work();
        }
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds);
        return done / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
