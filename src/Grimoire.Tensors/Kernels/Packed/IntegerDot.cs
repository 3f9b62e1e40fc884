using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Grimoire.Tensors;

/// <summary>Thirty-two inputs of one row of x and of as many outputs as a register has lanes.</summary>
internal static unsafe class IntegerDot<V, B, T>
    where V : unmanaged, ILanes<V>
    where B : unmanaged, IBytes<B, V>
    where T : struct, IPackedBlock
{
    /// <summary>How far ahead memory is asked for, in bytes: what the processor asks for by itself ends with each page.</summary>
    private const int Ahead = 8192;

    /// <summary>Whether codes have eight bits: those are multiplied by instructions of their own.</summary>
    public static bool IsWide
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => T.LargestCode > 63;
    }

    /// <summary>sum + scale · (Σ code · q − offset · Σ q) · d + …, for codes that have been read: those of several rows share them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Add(B c0, B c1, B c2, B c3, B c4, B c5, B c6, B c7, V scale, V lastScale, V least, V lastLeast, sbyte* q, QuantizedGroup* of, V sum)
    {
        V d = V.Create(of->Scale);
        if (T.Part == QuantizedRows.Size)
        {
            sum = V.MultiplyAdd(B.Dot(c0, c1, c2, c3, c4, c5, c6, c7, q, -T.Offset * of->Sum, T.LargestCode), scale * d, sum);
            return T.HasMinimum ? V.MultiplyAdd(least, V.Create(of->Share), sum) : sum;
        }

        sum = V.MultiplyAdd(B.Dot(c0, c1, c2, c3, q, -T.Offset * of->FirstSum, T.LargestCode), scale * d, sum);
        if (T.HasMinimum)
            sum = V.MultiplyAdd(least, V.Create(of->FirstShare), sum);
        sum = V.MultiplyAdd(B.Dot(c4, c5, c6, c7, q + (QuantizedRows.Size / 2), -T.Offset * of->LastSum, T.LargestCode), lastScale * d, sum);
        return T.HasMinimum ? V.MultiplyAdd(lastLeast, V.Create(of->LastShare), sum) : sum;
    }

    /// <summary>The same for codes of eight bits; in the types that have them 32 inputs share a scale, and there is no minimum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V AddWide(byte* record, int group, int lane, V scale, sbyte* q, QuantizedGroup* of, V sum) =>
        V.MultiplyAdd(B.WideDot<T>(record, group, lane, q, -T.Offset * of->Sum), scale * V.Create(of->Scale), sum);

    /// <summary>Asks for what will be needed soon, while a group is at work.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch(byte* record, int group)
    {
        if (!Sse.IsSupported)
            return;
        int bytes = T.Bytes / (T.Inputs / QuantizedRows.Size);
        byte* from = record + (group * bytes) + Ahead;
        Sse.Prefetch0(from);
        Sse.Prefetch0(from + 64);
        Sse.Prefetch0(from + 128);
        Sse.Prefetch0(from + 192);
        if (bytes > 256)
            Sse.Prefetch0(from + 256);
        if (bytes > 320)
            Sse.Prefetch0(from + 320);
        if (bytes > 384)
            Sse.Prefetch0(from + 384);
        if (bytes > 448)
            Sse.Prefetch0(from + 448);
        if (bytes > 512)
            Sse.Prefetch0(from + 512);
    }
}
