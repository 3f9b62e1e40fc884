namespace Grimoire.Training.Data;

/// <summary>
/// Random numbers by counting: the n-th number is a hash of (seed, n), so a generator has no state to save and any
/// number can be had again. The mixer is the finaliser of SplitMix64 (Steele, Lea and Flood, 2014).
/// </summary>
public static class CountedRandom
{
    /// <summary>64 random bits for the counters (<paramref name="a"/>, <paramref name="b"/>) under a seed.</summary>
    public static ulong Bits(ulong seed, ulong a, ulong b = 0) =>
        Mix(Mix(Mix(seed + Golden) ^ (a + Golden)) ^ (b + Golden));

    /// <summary>A number in [0, <paramref name="bound"/>): the high half of bits × bound (Lemire, 2019).</summary>
    public static long Below(long bound, ulong seed, ulong a, ulong b = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        return (long)Math.BigMul(Bits(seed, a, b), (ulong)bound, out _);
    }

    private const ulong Golden = 0x9E3779B97F4A7C15;

    private static ulong Mix(ulong x)
    {
        x += Golden;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
