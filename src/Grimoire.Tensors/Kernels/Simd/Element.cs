using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>How stored numbers become floats.</summary>
internal unsafe interface IElement
{
    /// <summary>Bytes of a number.</summary>
    static abstract int Size { get; }

    static abstract V Load<V>(byte* data, nint index)
        where V : unmanaged, ILanes<V>;

    static abstract float At(byte* data, nint index);
}

/// <summary>Numbers stored as <see cref="DType.F32"/>.</summary>
internal readonly unsafe struct Single32 : IElement
{
    public static int Size => sizeof(float);

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
    public static V Load<V>(byte* data, nint index)
        where V : unmanaged, ILanes<V> => V.LoadHalf((ushort*)data + index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float At(byte* data, nint index) => (float)((Half*)data)[index];
}

/// <summary>Numbers stored as <see cref="DType.BF16"/>.</summary>
internal readonly unsafe struct Brain16 : IElement
{
    public static int Size => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V>(byte* data, nint index)
        where V : unmanaged, ILanes<V> => V.LoadBFloat16((ushort*)data + index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float At(byte* data, nint index) => BitConverter.UInt32BitsToSingle((uint)((ushort*)data)[index] << 16);
}
