using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>How two registers of a row of the right factor of a product become floats.</summary>
internal unsafe interface IPair
{
    static abstract V Left<V>(byte* row)
        where V : unmanaged, ILanes<V>;

    /// <summary>What lies some columns to the right of the left.</summary>
    static abstract V Right<V>(byte* row, nint apart)
        where V : unmanaged, ILanes<V>;
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
}
