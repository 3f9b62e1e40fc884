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

/// <summary>How numbers are stored, two of them in one word or in two.</summary>
internal interface IStoredPair : IPair
{
    /// <summary>Words of 32 bits that two numbers take.</summary>
    static abstract int Words { get; }

    /// <summary>Whether numbers must be finite: one that is not is read as 2¹⁶ or more, which none else reaches.</summary>
    static abstract bool Checked { get; }
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
internal readonly unsafe struct SinglePair : IStoredPair
{
    public static int Words => 2;

    public static bool Checked => false;

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
internal readonly unsafe struct HalfPair : IStoredPair
{
    public static int Words => 1;

    public static bool Checked => true;

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
internal readonly unsafe struct BrainPair : IStoredPair
{
    public static int Words => 1;

    public static bool Checked => false;

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

/// <summary>The same of any binary16 numbers.</summary>
internal readonly unsafe struct AnyHalfPair : IStoredPair
{
    public static int Words => 1;

    public static bool Checked => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Left<V>(byte* row)
        where V : unmanaged, ILanes<V> => Special(V.LoadLowHalf((uint*)row));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Right<V>(byte* row, nint apart)
        where V : unmanaged, ILanes<V> => Special(V.LoadHighHalf((uint*)row));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Beside<V>(V left, V right, byte* place, nint apart)
        where V : unmanaged, ILanes<V>
    {
        if (Sse.IsSupported)
            Sse.Prefetch1(place);
    }

    /// <summary>What is not finite was read as if it were: infinity as 2¹⁶, what is not a number as more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Special<V>(V number)
        where V : unmanaged, ILanes<V>
    {
        V magnitude = V.Abs(number), infinity = V.CopySign(V.Create(float.PositiveInfinity), number);
        V special = V.Select(V.Greater(magnitude, V.Create(65536)), V.Create(float.NaN), infinity);
        return V.Select(V.Greater(magnitude, V.Create(65504)), special, number);
    }
}
