using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Grimoire.Tensors;

/// <summary>
/// Random numbers that are a function of (seed, index): no state, so any element can be drawn anywhere, in any order, again.
/// The mix is SplitMix64's (Steele, Lea and Flood 2014).
/// </summary>
public static class CountedRandom
{
    /// <summary>2⁶⁴ divided by the golden ratio, made odd.</summary>
    internal const ulong Golden = 0x9E3779B97F4A7C15;

    private const ulong First = 0xBF58476D1CE4E5B9, Second = 0x94D049BB133111EB;
    private const double Ulp = 1.0 / (1UL << 53);

    /// <summary>64 random bits.</summary>
    public static ulong Bits(ulong seed, ulong index)
    {
        ulong z = seed + ((index + 1) * Golden);
        z = (z ^ (z >> 30)) * First;
        z = (z ^ (z >> 27)) * Second;
        return z ^ (z >> 31);
    }

    /// <summary>64 random bits of a place with two coordinates.</summary>
    public static ulong Bits(ulong seed, ulong a, ulong b) => Bits(Bits(seed, a), b);

    /// <summary>A number in [0, <paramref name="bound"/>): the high half of bits × bound (Lemire 2019, arXiv:1805.10941).</summary>
    public static long Below(long bound, ulong seed, ulong a, ulong b = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        return (long)Math.BigMul(Bits(seed, a, b), (ulong)bound, out _);
    }

    /// <summary>A multiple of 2⁻²⁴ in [0, 1): the top 24 bits.</summary>
    public static float Uniform(ulong seed, ulong index) => (Bits(seed, index) >> 40) * (1f / (1 << 24));

    /// <summary>A standard normal number from two draws (Box and Muller 1958).</summary>
    public static double Normal(ulong seed, ulong index)
    {
        double radius = ((Bits(seed, 2 * index) >> 11) + 1) * Ulp, turn = (Bits(seed, (2 * index) + 1) >> 11) * Ulp;
        return Math.Sqrt(-2 * Math.Log(radius)) * Math.Cos(2 * Math.PI * turn);
    }

    /// <summary>The mask of dropout: whether the element survives.</summary>
    public static bool Keeps(ulong seed, ulong index, float rate) => Uniform(seed, index) >= rate;

    /// <summary>The mix of <see cref="Bits(ulong, ulong)"/>, several at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<ulong> Mix(Vector512<ulong> z)
    {
        z = (z ^ (z >>> 30)) * Vector512.Create(First);
        z = (z ^ (z >>> 27)) * Vector512.Create(Second);
        return z ^ (z >>> 31);
    }

    /// <summary>The mix of <see cref="Bits(ulong, ulong)"/>, several at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<ulong> Mix(Vector256<ulong> z)
    {
        z = (z ^ (z >>> 30)) * Vector256.Create(First);
        z = (z ^ (z >>> 27)) * Vector256.Create(Second);
        return z ^ (z >>> 31);
    }

    /// <summary>The mix of <see cref="Bits(ulong, ulong)"/>, several at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<ulong> Mix(Vector128<ulong> z)
    {
        z = (z ^ (z >>> 30)) * Vector128.Create(First);
        z = (z ^ (z >>> 27)) * Vector128.Create(Second);
        return z ^ (z >>> 31);
    }
}
