using System.Diagnostics;

namespace Grimoire.Tensors;

/// <summary>
/// What the machine can do at most, in the terms that bound language models: multiply-adds of floats in registers, multiply-adds of 8-bit integers, and bytes
/// read from memory. The share of it that a program reaches says how much of the machine it uses. Measured, each time anew, since others may be using the
/// machine.
/// </summary>
public static class MachineLimits
{
    /// <summary>Threads that together reach less than this share of what one reaches times their number share cores, or the machine with others.</summary>
    public const double QuietScaling = 0.9;

    private const long ReadBytes = 256 << 20;

    /// <summary>Floating-point operations a second of fused multiply-adds in the widest registers; one is two operations.</summary>
    /// <param name="threads">Threads that compute at once.</param>
    /// <param name="duration">How long to measure.</param>
    public static MachineRate Flops(int threads, TimeSpan duration) => Together(threads, duration, _ => PeakLoops.Floats());

    /// <summary>
    /// Operations a second of the fastest instruction that multiplies bytes and adds up the products in 16 or 32 bits; a product and its addition are two.
    /// </summary>
    /// <inheritdoc cref="Flops"/>
    public static MachineRate IntegerOperations(int threads, TimeSpan duration) => Together(threads, duration, _ => PeakLoops.Integers());

    /// <summary>Bytes a second read from memory, each thread from a place of its own.</summary>
    /// <inheritdoc cref="Flops"/>
    public static unsafe MachineRate Bandwidth(int threads, TimeSpan duration)
    {
        using var memory = new NativeBuffer(ReadBytes, zeroed: true);
        byte* start = memory.Pointer;
        long share = ReadBytes / threads / PeakLoops.ReadStep * PeakLoops.ReadStep;
        return Together(threads, duration, thread => PeakLoops.Read(start + (thread * share), share));
    }

    /// <summary>
    /// How many times as fast as one thread so many compute just now, by <see cref="Flops"/>. Much less than their number means that they share cores, or the
    /// machine with others: see <see cref="QuietScaling"/>.
    /// </summary>
    /// <param name="threads">Threads that compute at once.</param>
    public static double Scaling(int threads)
    {
        var duration = TimeSpan.FromMilliseconds(30);
        return Flops(threads, duration).Sustained / Flops(1, duration).Sustained;
    }

    /// <summary>
    /// Lets threads repeat some work, beginning at once, until the time is over.
    /// </summary>
    /// <param name="threads">How many.</param>
    /// <param name="duration">How long.</param>
    /// <param name="work">Does a little on the thread of this number and returns how much that was.</param>
    internal static MachineRate Together(int threads, TimeSpan duration, Func<int, double> work)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        var rates = new MachineRate[threads];
        using var ready = new Barrier(threads);
        Thread[] team = [.. Enumerable.Range(0, threads).Select(thread => new Thread(() =>
        {
            _ = work(thread);
            ready.SignalAndWait();
            rates[thread] = Repeat(duration, () => work(thread));
        }))];
        foreach (Thread thread in team)
            thread.Start();
        foreach (Thread thread in team)
            thread.Join();
        return new MachineRate(rates.Sum(rate => rate.Best), rates.Sum(rate => rate.Sustained));
    }

    private static MachineRate Repeat(TimeSpan duration, Func<double> work)
    {
        double done = 0, best = 0;
        long begin = Stopwatch.GetTimestamp();
        do
        {
            long start = Stopwatch.GetTimestamp();
            double some = work();
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            best = seconds > 0 ? Math.Max(best, some / seconds) : best; // a clock may stand still for so little
            done += some;
        }
        while (Stopwatch.GetElapsedTime(begin) < duration);
        return new MachineRate(best, done / Stopwatch.GetElapsedTime(begin).TotalSeconds);
    }
}
