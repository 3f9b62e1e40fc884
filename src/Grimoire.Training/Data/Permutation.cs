using System.Numerics;
using System.Runtime.InteropServices;
using Grimoire.Tensors;

namespace Grimoire.Training.Data;

/// <summary>
/// A shuffle of 0 … count − 1 that is computed, not stored: a four-round Feistel network over the next even number of bits, walked until it lands inside the
/// range. So shuffling a billion blocks costs no memory, and the place in the shuffle is one number.
/// </summary>
[StructLayout(LayoutKind.Auto)]
public readonly struct Permutation
{
    private const int Rounds = 4;
    private readonly ulong seed;
    private readonly int half;

    /// <summary>The shuffle of <paramref name="count"/> things that belongs to a seed.</summary>
    public Permutation(long count, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        Count = count;
        this.seed = seed;
        int bits = Math.Max(2, 64 - BitOperations.LeadingZeroCount((ulong)(count - 1)));
        half = (bits + 1) / 2;
    }

    /// <summary>How many things are shuffled.</summary>
    public long Count { get; }

    /// <summary>The thing at place <paramref name="index"/> of the shuffle.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is not in 0 … Count − 1.</exception>
    public long this[long index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            ulong x = (ulong)index;
            // The network is a bijection on 2^(2·half) ≤ 8·count values, so the walk is short and always returns.
            do
                x = Feistel(x);
            while (x >= (ulong)Count);
            return (long)x;
        }
    }

    private ulong Feistel(ulong x)
    {
        ulong mask = (1UL << half) - 1;
        ulong left = x >> half, right = x & mask;
        for (int round = 0; round < Rounds; round++)
            (left, right) = (right, left ^ (CountedRandom.Bits(seed, right, (ulong)round) & mask));
        return (left << half) | right;
    }
}
