using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Grimoire.Tensors;

/// <summary>
/// Loops that do nothing but what they measure. Twelve chains that do not wait for each other hide the latency of an instruction; that their results depend on
/// one another keeps them from being moved out of the loop.
/// </summary>
internal static unsafe class PeakLoops
{
    /// <summary>Bytes that <see cref="Read"/> reads at a time.</summary>
    public const int ReadStep = 512;

    private const int Rounds = 20_000, Chains = 12;

    /// <summary>The instruction that multiplies most bytes a second here, in words.</summary>
    public static string IntegerInstruction =>
        Avx512BW.IsSupported ? "products of bytes in 512 bits"
        : AvxVnni.IsSupported ? "dot products of bytes in 256 bits"
        : Avx2.IsSupported ? "products of bytes in 256 bits"
        : Dp.IsSupported ? "dot products of bytes in 128 bits"
        : "products of 16-bit integers in 128 bits";

    /// <summary>Fused multiply-adds; returns the operations done.</summary>
    public static double Floats() =>
        Vector512.IsHardwareAccelerated ? Floats<Lanes512>() : Vector256.IsHardwareAccelerated ? Floats<Lanes256>() : Floats<Lanes128>();

    /// <summary>Products of bytes and their sums; returns the operations done.</summary>
    public static double Integers()
    {
        if (Avx512BW.IsSupported)
            return Integers<Products512>(64);
        if (AvxVnni.IsSupported)
            return Integers<Dots256>(32);
        if (Avx2.IsSupported)
            return Integers<Products256>(32);
        return Dp.IsSupported ? Integers<Dots128>(16) : Integers<Products128>(8);
    }

    /// <summary>Reads zeros in memory from one end to the other, in the widest registers; returns the bytes.</summary>
    public static double Read(byte* start, long bytes) =>
        Vector512.IsHardwareAccelerated ? Read<Lanes512>(start, bytes)
            : Vector256.IsHardwareAccelerated ? Read<Lanes256>(start, bytes)
            : Read<Lanes128>(start, bytes);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Read<V>(byte* start, long bytes)
        where V : unmanaged, ILanes<V>
    {
        V a = V.Create(0), b = a, c = a, d = a;
        float* end = (float*)(start + bytes);
        for (float* p = (float*)start; p < end; p += 8 * V.Count)
        {
            a += V.Load(p) + V.Load(p + (4 * V.Count));
            b += V.Load(p + V.Count) + V.Load(p + (5 * V.Count));
            c += V.Load(p + (2 * V.Count)) + V.Load(p + (6 * V.Count));
            d += V.Load(p + (3 * V.Count)) + V.Load(p + (7 * V.Count));
        }

        Keep(V.Sum(a + b + c + d));
        return bytes;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Floats<V>()
        where V : unmanaged, ILanes<V>
    {
        V x = V.Create(0.5f), y = V.Create(0.25f);
        V a = y, b = y, c = y, d = y, e = y, f = y, g = y, h = y, i = y, j = y, k = y, l = y;
        for (int round = 0; round < Rounds; round++)
        {
            a = V.MultiplyAdd(a, x, y);
            b = V.MultiplyAdd(b, x, y);
            c = V.MultiplyAdd(c, x, y);
            d = V.MultiplyAdd(d, x, y);
            e = V.MultiplyAdd(e, x, y);
            f = V.MultiplyAdd(f, x, y);
            g = V.MultiplyAdd(g, x, y);
            h = V.MultiplyAdd(h, x, y);
            i = V.MultiplyAdd(i, x, y);
            j = V.MultiplyAdd(j, x, y);
            k = V.MultiplyAdd(k, x, y);
            l = V.MultiplyAdd(l, x, y);
        }

        Keep(V.Sum(a + b + c + d + e + f + g + h + i + j + k + l));
        return 2.0 * Rounds * Chains * V.Count;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Integers<T>(int products)
        where T : unmanaged, IByteProducts<T>
    {
        T x = T.Start, a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (int round = 0; round < Rounds; round++)
        {
            a = T.Multiply(a, x);
            b = T.Multiply(b, x);
            c = T.Multiply(c, x);
            d = T.Multiply(d, x);
            e = T.Multiply(e, x);
            f = T.Multiply(f, x);
            g = T.Multiply(g, x);
            h = T.Multiply(h, x);
            i = T.Multiply(i, x);
            j = T.Multiply(j, x);
            k = T.Multiply(k, x);
            l = T.Multiply(l, x);
        }

        // All in one: a register that is looked at behind a call would be spilled inside the loop.
        Keep(Of(Of(Of(a, b, c), Of(d, e, f), Of(g, h, i)), j, Of(k, l, x)));
        return 2.0 * Rounds * Chains * products;

        static T Of(T a, T b, T c) => T.Multiply(T.Multiply(a, b), c);
    }

    /// <summary>Uses a result, so that computing it is not optimised away.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Keep<T>(T value) => _ = value;
}
