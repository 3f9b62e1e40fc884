using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Grimoire.Cli;

/// <summary>
/// What the processor can do at most: multiply-adds of whole vectors in registers, on all threads at once. The share of it that training reaches says how much
/// of the machine is used.
/// </summary>
internal static class MachinePeak
{
    private const int Rounds = 20_000, Chains = 10, OperationsOfOne = 2;
    private static readonly TimeSpan Duration = TimeSpan.FromMilliseconds(60);

    /// <summary>
    /// Floating-point operations a second, a multiply-add counting as two: the sum of what each thread reaches in its best moment, so that
    /// other work on the machine counts little.
    /// </summary>
    public static double Measure(int threads)
    {
        var rates = new double[threads];
        var team = new Thread[threads];
        for (int t = 0; t < threads; t++)
        {
            int mine = t;
            team[t] = new Thread(() => rates[mine] = BestRate());
            team[t].Start();
        }

        foreach (Thread thread in team)
            thread.Join();
        return rates.Sum();
    }

    private static double BestRate()
    {
        bool wide = Vector512.IsHardwareAccelerated;
        double operations = (double)Rounds * Chains * OperationsOfOne * (wide ? Vector512<float>.Count : Vector256<float>.Count);
        double best = 0;
        for (long begin = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begin) < Duration;)
        {
            long start = Stopwatch.GetTimestamp();
            float seen = wide ? Chains512() : Chains256();
            double rate = operations / Stopwatch.GetElapsedTime(start).TotalSeconds;

            // The result is looked at, so that no chain can be left out as useless.
            best = float.IsNaN(seen) ? best : Math.Max(best, rate);
        }

        return best;
    }

    // Ten chains that do not wait for each other hide the latency of a multiply-add.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Chains512()
    {
        Vector512<float> x = Vector512.Create(0.5f), y = Vector512.Create(0.25f);
        Vector512<float> a = y, b = y, c = y, d = y, e = y, f = y, g = y, h = y, i = y, j = y;
        for (int round = 0; round < Rounds; round++)
        {
            a = Vector512.FusedMultiplyAdd(a, x, y);
            b = Vector512.FusedMultiplyAdd(b, x, y);
            c = Vector512.FusedMultiplyAdd(c, x, y);
            d = Vector512.FusedMultiplyAdd(d, x, y);
            e = Vector512.FusedMultiplyAdd(e, x, y);
            f = Vector512.FusedMultiplyAdd(f, x, y);
            g = Vector512.FusedMultiplyAdd(g, x, y);
            h = Vector512.FusedMultiplyAdd(h, x, y);
            i = Vector512.FusedMultiplyAdd(i, x, y);
            j = Vector512.FusedMultiplyAdd(j, x, y);
        }

        return Vector512.Sum(a + b + c + d + e + f + g + h + i + j);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Chains256()
    {
        Vector256<float> x = Vector256.Create(0.5f), y = Vector256.Create(0.25f);
        Vector256<float> a = y, b = y, c = y, d = y, e = y, f = y, g = y, h = y, i = y, j = y;
        for (int round = 0; round < Rounds; round++)
        {
            a = Vector256.FusedMultiplyAdd(a, x, y);
            b = Vector256.FusedMultiplyAdd(b, x, y);
            c = Vector256.FusedMultiplyAdd(c, x, y);
            d = Vector256.FusedMultiplyAdd(d, x, y);
            e = Vector256.FusedMultiplyAdd(e, x, y);
            f = Vector256.FusedMultiplyAdd(f, x, y);
            g = Vector256.FusedMultiplyAdd(g, x, y);
            h = Vector256.FusedMultiplyAdd(h, x, y);
            i = Vector256.FusedMultiplyAdd(i, x, y);
            j = Vector256.FusedMultiplyAdd(j, x, y);
        }

        return Vector256.Sum(a + b + c + d + e + f + g + h + i + j);
    }
}
