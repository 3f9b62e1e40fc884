using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Grimoire.Benchmarks;

/// <summary>What the machine can do at most, measured beside every benchmark: others may be using it.</summary>
internal static unsafe class Limits
{
    private const int Bytes = 256 << 20;
    private static readonly byte* Memory = (byte*)NativeMemory.AlignedAlloc(Bytes, 64);

    /// <summary>Multiply-adds of the widest registers, in operations per second on so many threads.</summary>
    public static double Flops(int threads)
    {
        const long Loops = 2_000_000;
        double seconds = Together(threads, _ => Chains(Loops));
        return threads * Loops * 24.0 * Lanes / seconds;
    }

    /// <summary>Bytes per second read from memory by so many threads.</summary>
    public static double Bandwidth(int threads)
    {
        double seconds = Together(threads, i => Read(Memory + (Bytes / threads * (long)i), Bytes / threads));
        return Bytes / seconds;
    }

    /// <summary>Touches the memory once, so that it exists.</summary>
    public static void Prepare() => NativeMemory.Fill(Memory, Bytes, 1);

    private static int Lanes => Vector512.IsHardwareAccelerated ? 16 : Vector256.IsHardwareAccelerated ? 8 : 4;

    private static double Together(int threads, Action<int> work)
    {
        using var ready = new Barrier(threads);
        var seconds = new double[threads];
        Thread[] workers = [.. Enumerable.Range(0, threads).Select(i => new Thread(() =>
        {
            ready.SignalAndWait();
            long start = Stopwatch.GetTimestamp();
            work(i);
            seconds[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }))];
        foreach (Thread worker in workers)
            worker.Start();
        foreach (Thread worker in workers)
            worker.Join();
        return seconds.Max();
    }

    private static void Chains(long loops)
    {
        if (Vector512.IsHardwareAccelerated)
            Chains512(loops);
        else if (Vector256.IsHardwareAccelerated)
            Chains256(loops);
        else
            Chains128(loops);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Chains512(long loops)
    {
        Vector512<float> m = Vector512.Create(0.999f), a = m, b = m, c = m, d = m, e = m, f = m, g = m, h = m, i = m, j = m, k = m, l = m;
        for (long n = 0; n < loops; n++)
        {
            (a, b, c, d) = (Vector512.FusedMultiplyAdd(a, m, m), Vector512.FusedMultiplyAdd(b, m, m), Vector512.FusedMultiplyAdd(c, m, m), Vector512.FusedMultiplyAdd(d, m, m));
            (e, f, g, h) = (Vector512.FusedMultiplyAdd(e, m, m), Vector512.FusedMultiplyAdd(f, m, m), Vector512.FusedMultiplyAdd(g, m, m), Vector512.FusedMultiplyAdd(h, m, m));
            (i, j, k, l) = (Vector512.FusedMultiplyAdd(i, m, m), Vector512.FusedMultiplyAdd(j, m, m), Vector512.FusedMultiplyAdd(k, m, m), Vector512.FusedMultiplyAdd(l, m, m));
        }

        Keep(Vector512.Sum(a + b + c + d + e + f + g + h + i + j + k + l));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Chains256(long loops)
    {
        Vector256<float> m = Vector256.Create(0.999f), a = m, b = m, c = m, d = m, e = m, f = m, g = m, h = m, i = m, j = m, k = m, l = m;
        for (long n = 0; n < loops; n++)
        {
            (a, b, c, d) = (Vector256.FusedMultiplyAdd(a, m, m), Vector256.FusedMultiplyAdd(b, m, m), Vector256.FusedMultiplyAdd(c, m, m), Vector256.FusedMultiplyAdd(d, m, m));
            (e, f, g, h) = (Vector256.FusedMultiplyAdd(e, m, m), Vector256.FusedMultiplyAdd(f, m, m), Vector256.FusedMultiplyAdd(g, m, m), Vector256.FusedMultiplyAdd(h, m, m));
            (i, j, k, l) = (Vector256.FusedMultiplyAdd(i, m, m), Vector256.FusedMultiplyAdd(j, m, m), Vector256.FusedMultiplyAdd(k, m, m), Vector256.FusedMultiplyAdd(l, m, m));
        }

        Keep(Vector256.Sum(a + b + c + d + e + f + g + h + i + j + k + l));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Chains128(long loops)
    {
        Vector128<float> m = Vector128.Create(0.999f), a = m, b = m, c = m, d = m, e = m, f = m, g = m, h = m, i = m, j = m, k = m, l = m;
        for (long n = 0; n < loops; n++)
        {
            (a, b, c, d) = ((a * m) + m, (b * m) + m, (c * m) + m, (d * m) + m);
            (e, f, g, h) = ((e * m) + m, (f * m) + m, (g * m) + m, (h * m) + m);
            (i, j, k, l) = ((i * m) + m, (j * m) + m, (k * m) + m, (l * m) + m);
        }

        Keep(Vector128.Sum(a + b + c + d + e + f + g + h + i + j + k + l));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Read(byte* start, long bytes)
    {
        Vector256<long> a = default, b = default, c = default, d = default;
        for (byte* p = start, end = start + bytes; p < end; p += 128)
        {
            a += Vector256.Load((long*)p);
            b += Vector256.Load((long*)(p + 32));
            c += Vector256.Load((long*)(p + 64));
            d += Vector256.Load((long*)(p + 96));
        }

        Keep(Vector256.Sum(a + b + c + d));
    }

    /// <summary>Uses a result, so that computing it is not optimised away.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Keep<T>(T value) => _ = value;
}
