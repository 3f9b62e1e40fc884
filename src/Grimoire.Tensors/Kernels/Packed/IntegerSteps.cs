using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>What a block of 32 inputs adds to the sums of some outputs of one row.</summary>
internal unsafe interface IIntegerStep<V, B>
    where V : unmanaged, ILanes<V>
    where B : unmanaged, IBytes<B, V>
{
    /// <summary>Parts with a scale of their own: 1 or 2.</summary>
    static abstract int Parts { get; }

    /// <summary>Whether a minimum is added.</summary>
    static abstract bool HasMinimum { get; }

    static abstract V Add(
        byte* codes, B c0, B c1, B c2, B c3, B c4, B c5, B c6, B c7, V scale, V lastScale, V least, V lastLeast, sbyte* x, float* side, V sum);
}

/// <summary>One scale for 32 inputs, codes below 64.</summary>
internal readonly unsafe struct WholeStep<V, B, T> : IIntegerStep<V, B>
    where V : unmanaged, ILanes<V>
    where B : unmanaged, IBytes<B, V>
    where T : struct, IPackedBlock
{
    public static int Parts => 1;

    public static bool HasMinimum => T.HasMinimum;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Add(
        byte* codes, B c0, B c1, B c2, B c3, B c4, B c5, B c6, B c7, V scale, V lastScale, V least, V lastLeast, sbyte* x, float* side, V sum)
    {
        V dot = B.Dot(c0, c1, c2, c3, c4, c5, c6, c7, x, (int*)side + 8, T.Offset, T.LargestCode);
        sum = V.MultiplyAdd(dot, scale * V.Create(*side), sum);
        return T.HasMinimum ? V.MultiplyAdd(least, V.Create(side[T.Offset == 0 ? 8 : 16]), sum) : sum;
    }
}

/// <summary>One scale for 32 inputs, codes up to 255, which are read anew for every row.</summary>
internal readonly unsafe struct ByteStep<V, B> : IIntegerStep<V, B>
    where V : unmanaged, ILanes<V>
    where B : unmanaged, IBytes<B, V>
{
    public static int Parts => 1;

    public static bool HasMinimum => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Add(
        byte* codes, B c0, B c1, B c2, B c3, B c4, B c5, B c6, B c7, V scale, V lastScale, V least, V lastLeast, sbyte* x, float* side, V sum) =>
        V.MultiplyAdd(B.Dot(codes, x, (int*)side + 8), scale * V.Create(*side), sum);
}

/// <summary>A scale for each half of the 32 inputs, codes below 64.</summary>
internal readonly unsafe struct HalvesStep<V, B, T> : IIntegerStep<V, B>
    where V : unmanaged, ILanes<V>
    where B : unmanaged, IBytes<B, V>
    where T : struct, IPackedBlock
{
    public static int Parts => 2;

    public static bool HasMinimum => T.HasMinimum;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Add(
        byte* codes, B c0, B c1, B c2, B c3, B c4, B c5, B c6, B c7, V scale, V lastScale, V least, V lastLeast, sbyte* x, float* side, V sum)
    {
        V dot = B.Dot(c0, c1, c2, c3, x, (int*)side + 8, T.Offset, T.LargestCode);
        sum = V.MultiplyAdd(dot, scale * V.Create(*side), sum);
        if (T.HasMinimum)
            sum = V.MultiplyAdd(least, V.Create(side[T.Offset == 0 ? 8 : 24]), sum);
        dot = B.Dot(c4, c5, c6, c7, x + 16, (int*)side + 16, T.Offset, T.LargestCode);
        sum = V.MultiplyAdd(dot, lastScale * V.Create(*side), sum);
        return T.HasMinimum ? V.MultiplyAdd(lastLeast, V.Create(side[T.Offset == 0 ? 16 : 32]), sum) : sum;
    }
}
