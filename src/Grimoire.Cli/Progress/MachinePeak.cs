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

    /// <summary>Floating-point operations a second, a multiply-add counting as two.</summary>
    public static double Measure(int threads)
    {
        var counts = new long[threads];
        var team = new Thread[threads];
        long begin = Stopwatch.GetTimestamp();
        for (int t = 0; t < threads; t++)
        {
            int mine = t;
            team[t] = new Thread(() => counts[mine] = Work(begin));
            team[t].Start();
        }

        foreach (Thread thread in team)
            thread.Join();
        return counts.Sum() / Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }

    private static long Work(long begin)
    {
        bool wide = Vector512.IsHardwareAccelerated;
        int lanes = wide ? Vector512<float>.Count : Vector256<float>.Count;
        long operations = 0;
        float seen = 0;
        while (Stopwatch.GetElapsedTime(begin) < Duration)
        {
            seen += wide ? Chains512() : Chains256();
            operations += (long)Rounds * Chains * OperationsOfOne * lanes;
        }

        // The result is looked at, so that no chain can be left out as useless.
        return float.IsNaN(seen) ? 0 : operations;
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
