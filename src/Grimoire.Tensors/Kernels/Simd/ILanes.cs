using System.Runtime.Intrinsics;

namespace Grimoire.Tensors;

/// <summary>
/// A register of floats. Every kernel is written once over this and compiled for each width; methods are inlined to single instructions.
/// </summary>
internal unsafe interface ILanes<V>
    where V : unmanaged, ILanes<V>
{
    /// <summary>Floats in a register.</summary>
    static abstract int Count { get; }

    /// <summary>Whether there are 32 registers, so that a matrix tile may have 12 rows of two registers and not only 6.</summary>
    static abstract bool ManyRegisters { get; }

    /// <summary>0, 1, 2, …</summary>
    static abstract V Indices { get; }

    static abstract V Create(float value);

    static abstract V Load(float* source);

    /// <summary>The first <paramref name="count"/> lanes, fewer than all; the others are zero, and what would be theirs is not touched.</summary>
    static abstract V Load(float* source, int count);

    /// <summary>Converts <see cref="Count"/> binary16 numbers.</summary>
    static abstract V LoadHalf(ushort* source);

    /// <summary>Converts <see cref="Count"/> bfloat16 numbers.</summary>
    static abstract V LoadBFloat16(ushort* source);

    /// <summary>Converts <see cref="Count"/> finite binary16 numbers.</summary>
    static abstract V LoadFiniteHalf(ushort* source);

    /// <summary>Converts the low halves of <see cref="Count"/> words, finite binary16 numbers.</summary>
    static abstract V LoadLowHalf(uint* source);

    /// <summary>Converts the high halves of <see cref="Count"/> words, finite binary16 numbers.</summary>
    static abstract V LoadHighHalf(uint* source);

    /// <summary>Converts the low halves of <see cref="Count"/> words, bfloat16 numbers.</summary>
    static abstract V LoadLowBFloat16(uint* source);

    /// <summary>Converts the high halves of <see cref="Count"/> words, bfloat16 numbers.</summary>
    static abstract V LoadHighBFloat16(uint* source);

    /// <summary>The first <see cref="Count"/> of sixteen integers.</summary>
    static abstract V Widen(Vector128<sbyte> integers);

    void Store(float* destination);

    /// <summary>Writes the first <paramref name="count"/> lanes, fewer than all.</summary>
    void Store(float* destination, int count);

    /// <summary>
    /// <see cref="Count"/> numbers of each of as many rows, transposed: register j of <paramref name="to"/>, whose registers are some floats apart, holds
    /// number j of every row. They are stored in this order, so that what reaches into the next one is overwritten.
    /// </summary>
    static abstract void Transpose<T>(byte** rows, nint from, float* to, nint step)
        where T : struct, IElement;

    static abstract V operator +(V a, V b);

    static abstract V operator -(V a, V b);

    static abstract V operator *(V a, V b);

    static abstract V operator /(V a, V b);

    static abstract V operator -(V a);

    /// <summary>a · b + c, fused where the machine can.</summary>
    static abstract V MultiplyAdd(V a, V b, V c);

    /// <summary>a · b + c with the same c in every lane.</summary>
    static abstract V MultiplyAdd(V a, V b, float c);

    /// <summary>Numbers in [0, 1) of the counted generator for an index and those after it: see <see cref="CountedRandom.Uniform"/>.</summary>
    static abstract V Uniform(ulong seed, ulong index);

    /// <summary>The smaller; where either is not a number, b, or on ARM not a number.</summary>
    static abstract V Min(V a, V b);

    /// <summary>The larger; where either is not a number, b, or on ARM not a number.</summary>
    static abstract V Max(V a, V b);

    static abstract V Abs(V a);

    static abstract V Sqrt(V a);

    /// <summary>To the nearest integer, ties to even.</summary>
    static abstract V Round(V a);

    /// <summary>2ⁿ for integers n in −126 … 127.</summary>
    static abstract V PowerOfTwo(V n);

    /// <summary>2ⁿ for the first <see cref="Count"/> of sixteen n in −128 … 127.</summary>
    static abstract V PowerOfTwo(Vector128<sbyte> n);

    /// <summary>a · 2ⁿ for integers n up to 127; nothing, or next to it, where n is below −126.</summary>
    static abstract V TimesPowerOfTwo(V a, V n);

    /// <summary>The magnitude of a with the sign of b.</summary>
    static abstract V CopySign(V a, V b);

    /// <summary>Lanes 2i and 2i + 1 exchanged.</summary>
    static abstract V SwapPairs(V a);

    /// <summary>A mask: all bits set in the lanes where a &gt; b.</summary>
    static abstract V Greater(V a, V b);

    /// <summary>a where the mask is set, else b.</summary>
    static abstract V Select(V mask, V a, V b);

    /// <summary>The sum of the lanes, halves first.</summary>
    static abstract float Sum(V a);

    /// <summary>The sums of the lanes of four registers.</summary>
    static abstract Lanes128 Sums(V a, V b, V c, V d);

    /// <summary>The largest lane.</summary>
    static abstract float MaxOf(V a);
}
