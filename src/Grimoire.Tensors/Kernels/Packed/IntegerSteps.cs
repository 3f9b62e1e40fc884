using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>What a block of 32 inputs adds to the sums of some outputs of one row.</summary>
internal unsafe interface IIntegerStep<V, B>
    where V : unmanaged, ILanes<V>
    where B : unmanaged, IBytes<B, V>
{
    static abstract V Add(byte* codes, B c0, B c1, B c2, B c3, B c4, B c5, B c6, B c7, float* scales, sbyte* x, float* side, V sum);
}

/// <summary>One scale for 32 inputs, codes below 64.</summary>
internal readonly unsafe struct WholeStep<V, B, T> : IIntegerStep<V, B>
    where V : unmanaged, ILanes<V>
    where B : unmanaged, IBytes<B, V>
    where T : struct, IPackedBlock
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Add(byte* codes, B c0, B c1, B c2, B c3, B c4, B c5, B c6, B c7, float* scales, sbyte* x, float* side, V sum)
    {
        V dot = B.Dot(c0, c1, c2, c3, c4, c5, c6, c7, x, T.Offset == 0 ? null : (int*)side + 8, T.LargestCode);
        sum = V.MultiplyAdd(dot, V.Load(scales) * V.Create(*side), sum);
        return T.HasMinimum ? V.MultiplyAdd(V.Load(scales + 16), V.Create(side[T.Offset == 0 ? 8 : 16]), sum) : sum;
    }
}

/// <summary>One scale for 32 inputs, codes up to 255, which are read anew for every row.</summary>
internal readonly unsafe struct ByteStep<V, B> : IIntegerStep<V, B>
    where V : unmanaged, ILanes<V>
    where B : unmanaged, IBytes<B, V>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Add(byte* codes, B c0, B c1, B c2, B c3, B c4, B c5, B c6, B c7, float* scales, sbyte* x, float* side, V sum) =>
        V.MultiplyAdd(B.Dot(codes, x, (int*)side + 8), V.Load(scales) * V.Create(*side), sum);
}

/// <summary>A scale for each half of the 32 inputs, codes below 64.</summary>
internal readonly unsafe struct HalvesStep<V, B, T> : IIntegerStep<V, B>
    where V : unmanaged, ILanes<V>
    where B : unmanaged, IBytes<B, V>
    where T : struct, IPackedBlock
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Add(byte* codes, B c0, B c1, B c2, B c3, B c4, B c5, B c6, B c7, float* scales, sbyte* x, float* side, V sum)
    {
        V dot = B.Dot(c0, c1, c2, c3, x, T.Offset == 0 ? null : (int*)side + 8, T.LargestCode);
        sum = V.MultiplyAdd(dot, V.Load(scales) * V.Create(*side), sum);
        if (T.HasMinimum)
            sum = V.MultiplyAdd(V.Load(scales + 32), V.Create(side[T.Offset == 0 ? 8 : 24]), sum);
        dot = B.Dot(c4, c5, c6, c7, x + 16, T.Offset == 0 ? null : (int*)side + 16, T.LargestCode);
        sum = V.MultiplyAdd(dot, V.Load(scales + 16) * V.Create(*side), sum);
        return T.HasMinimum ? V.MultiplyAdd(V.Load(scales + 48), V.Create(side[T.Offset == 0 ? 16 : 32]), sum) : sum;
    }
}
