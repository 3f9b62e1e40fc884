using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Grimoire.Tensors;

/// <summary>How two registers of a row of the right factor of a product become floats.</summary>
internal unsafe interface IPair
{
    static abstract V Left<V>(byte* row)
        where V : unmanaged, ILanes<V>;

    /// <summary>What lies some columns to the right of the left.</summary>
    static abstract V Right<V>(byte* row, nint apart)
        where V : unmanaged, ILanes<V>;

    /// <summary>What is done with a row besides, somewhere else in memory: it is asked for, or what became of the row is kept there.</summary>
    static abstract void Beside<V>(V left, V right, byte* place, nint apart)
        where V : unmanaged, ILanes<V>;
}

/// <summary>Rows that are widened and kept as floats, for those who read them next.</summary>
internal readonly unsafe struct KeptPair<T> : IPair
    where T : struct, IPair
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Left<V>(byte* row)
        where V : unmanaged, ILanes<V> => T.Left<V>(row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Right<V>(byte* row, nint apart)
        where V : unmanaged, ILanes<V> => T.Right<V>(row, apart);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Beside<V>(V left, V right, byte* place, nint apart)
        where V : unmanaged, ILanes<V>
    {
        left.Store((float*)place);
        right.Store((float*)place + apart);
    }
}

/// <summary>Floats, one column after the other.</summary>
internal readonly unsafe struct SinglePair : IPair
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Left<V>(byte* row)
        where V : unmanaged, ILanes<V> => V.Load((float*)row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Right<V>(byte* row, nint apart)
        where V : unmanaged, ILanes<V> => V.Load((float*)row + apart);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Beside<V>(V left, V right, byte* place, nint apart)
        where V : unmanaged, ILanes<V>
    {
        if (Sse.IsSupported)
            Sse.Prefetch1(place);
    }
}

/// <summary>Finite binary16 numbers, two columns in each word: the left in its low half, the right in its high half.</summary>
internal readonly unsafe struct HalfPair : IPair
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Left<V>(byte* row)
        where V : unmanaged, ILanes<V> => V.LoadLowHalf((uint*)row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Right<V>(byte* row, nint apart)
        where V : unmanaged, ILanes<V> => V.LoadHighHalf((uint*)row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Beside<V>(V left, V right, byte* place, nint apart)
        where V : unmanaged, ILanes<V>
    {
        if (Sse.IsSupported)
            Sse.Prefetch1(place);
    }
}

/// <summary>bfloat16 numbers, two columns in each word: the left in its low half, the right in its high half.</summary>
internal readonly unsafe struct BrainPair : IPair
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Left<V>(byte* row)
        where V : unmanaged, ILanes<V> => V.LoadLowBFloat16((uint*)row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Right<V>(byte* row, nint apart)
        where V : unmanaged, ILanes<V> => V.LoadHighBFloat16((uint*)row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Beside<V>(V left, V right, byte* place, nint apart)
        where V : unmanaged, ILanes<V>
    {
        if (Sse.IsSupported)
            Sse.Prefetch1(place);
    }
}
