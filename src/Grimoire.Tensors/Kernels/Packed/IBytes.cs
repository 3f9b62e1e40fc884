using System.Runtime.Intrinsics;

namespace Grimoire.Tensors;

/// <summary>A register of bytes: four codes for each of as many rows as the register of floats beside it has lanes.</summary>
internal unsafe interface IBytes<B>
    where B : unmanaged, IBytes<B>
{
    /// <summary>Rows in a register.</summary>
    static abstract int Rows { get; }

    static abstract B Load(byte* source);

    static abstract B Create(byte value);

    static abstract B operator &(B a, B b);

    static abstract B operator |(B a, B b);

    static abstract B operator +(B a, B b);

    /// <summary>Bits moved up, or down where <paramref name="left"/> is negative, and those of a mask kept: none may come from another byte.</summary>
    static abstract B Shift(B bytes, int left, byte mask);

    /// <summary>The same, and the bits of others.</summary>
    static abstract B Shift(B bytes, int left, byte mask, B others);

    /// <summary>table[index] for indices below 16.</summary>
    static abstract B LookUp(Vector128<byte> table, B indices);
}

/// <summary>Sums of products of codes and activations, as floats; the same in every width, as they are sums of integers.</summary>
internal unsafe interface IBytes<B, V> : IBytes<B>
    where B : unmanaged, IBytes<B, V>
    where V : unmanaged, ILanes<V>
{
    /// <summary>start + Σ code · x over four quads, that is 16 inputs.</summary>
    /// <param name="c0">The first quad.</param>
    /// <param name="c1">The second.</param>
    /// <param name="c2">The third.</param>
    /// <param name="c3">The fourth.</param>
    /// <param name="x">The 16 activations.</param>
    /// <param name="start">What the sum begins with.</param>
    /// <param name="largest">A constant that no code exceeds.</param>
    static abstract V Dot(B c0, B c1, B c2, B c3, sbyte* x, int start, int largest);

    /// <summary>The same over eight quads, that is 32 inputs.</summary>
    static abstract V Dot(B c0, B c1, B c2, B c3, B c4, B c5, B c6, B c7, sbyte* x, int start, int largest);

    /// <summary>
    /// Whether a start in memory is two sums of sixteen bits, of bytes 0 and 1 and of bytes 2 and 3 of the quads, so that the whole fits into sixteen bits.
    /// </summary>
    static abstract bool StartsInPairs { get; }

    /// <summary>The same of eight quads for tiles of many rows, whose starts lie in memory; not read where the offset, a constant, is 0.</summary>
    static abstract V Dot(B c0, B c1, B c2, B c3, B c4, B c5, B c6, B c7, sbyte* x, int* start, int offset, int largest);

    /// <summary>The same of four quads.</summary>
    static abstract V Dot(B c0, B c1, B c2, B c3, sbyte* x, int* start, int offset, int largest);

    /// <summary>The same of eight quads in memory, 64 bytes apart, for codes above 63, whose offset is 128; the start is one sum, −128 · Σ x.</summary>
    static abstract V Dot(byte* codes, sbyte* x, int* start);

    /// <summary>
    /// The same for codes of eight bits, read where they are multiplied: there is no instruction for them in the widest registers, but one in halves of those.
    /// </summary>
    static abstract V WideDot<T>(byte* record, int group, int lane, sbyte* x, int start)
        where T : struct, IPackedBlock;

    /// <summary>Stores integers in −127 … 127 as bytes.</summary>
    static abstract void Store(V integers, sbyte* destination);
}
