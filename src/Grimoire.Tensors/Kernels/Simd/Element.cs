using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Grimoire.Tensors;

/// <summary>How stored numbers become floats.</summary>
internal unsafe interface IElement
{
    /// <summary>Bytes of a number.</summary>
    static abstract int Size { get; }

    static abstract V Load<V>(byte* data, nint index)
        where V : unmanaged, ILanes<V>;

    static abstract float At(byte* data, nint index);

    /// <summary>Bytes of so many numbers.</summary>
    static abstract nint Bytes(nint count);
}

/// <summary>Numbers stored as <see cref="DType.F32"/>.</summary>
internal readonly unsafe struct Single32 : IElement
{
    public static int Size => sizeof(float);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint Bytes(nint count) => count * sizeof(float);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V>(byte* data, nint index)
        where V : unmanaged, ILanes<V> => V.Load((float*)data + index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float At(byte* data, nint index) => ((float*)data)[index];
}

/// <summary>Numbers stored as <see cref="DType.F16"/>.</summary>
internal readonly unsafe struct Half16 : IElement
{
    public static int Size => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint Bytes(nint count) => count * sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V>(byte* data, nint index)
        where V : unmanaged, ILanes<V> => V.LoadHalf((ushort*)data + index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float At(byte* data, nint index) => (float)((Half*)data)[index];
}

/// <summary>Numbers stored as <see cref="DType.F16"/> none of which is infinite or not a number: in half the time.</summary>
internal readonly unsafe struct FiniteHalf16 : IElement
{
    public static int Size => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint Bytes(nint count) => count * sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V>(byte* data, nint index)
        where V : unmanaged, ILanes<V> => V.LoadFiniteHalf((ushort*)data + index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float At(byte* data, nint index) => (float)((Half*)data)[index];
}

/// <summary>Numbers stored as <see cref="DType.BF16"/>.</summary>
internal readonly unsafe struct Brain16 : IElement
{
    public static int Size => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint Bytes(nint count) => count * sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V>(byte* data, nint index)
        where V : unmanaged, ILanes<V> => V.LoadBFloat16((ushort*)data + index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float At(byte* data, nint index) => BitConverter.UInt32BitsToSingle((uint)((ushort*)data)[index] << 16);
}

/// <summary>Numbers stored as <see cref="DType.Q8_0"/>, from anywhere in a row: registers begin at multiples of their width.</summary>
internal readonly unsafe struct Byte8 : IElement
{
    public static int Size => sizeof(sbyte);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint Bytes(nint count) => (count >> 5) * BlockQ8_0.Bytes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V>(byte* data, nint index)
        where V : unmanaged, ILanes<V>
    {
        byte* block = data + ((index >> 5) * BlockQ8_0.Bytes), codes = block + 2 + (index & 31);
        // No further than the block goes: behind the last there may be nothing.
        Vector128<sbyte> few = V.Count == 16 ? Vector128.Load((sbyte*)codes)
            : V.Count == 8 ? Vector128.CreateScalarUnsafe(*(long*)codes).AsSByte()
            : Vector128.CreateScalarUnsafe(*(int*)codes).AsSByte();
        return V.Create(Packed.LoadFinite(block)) * V.Widen(few);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float At(byte* data, nint index)
    {
        byte* block = data + ((index >> 5) * BlockQ8_0.Bytes);
        return Packed.Load(block) * ((sbyte*)block)[2 + (index & 31)];
    }
}
