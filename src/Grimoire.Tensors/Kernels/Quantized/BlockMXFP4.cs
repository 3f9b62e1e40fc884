using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Grimoire.Tensors;

/// <summary>
/// <see cref="DType.MXFP4"/>: 32 numbers x = 2^(e − 127) · float4[q] in 17 bytes: e, then the q as in <see cref="BlockQ4_0"/>. The 4-bit floats are
/// ±{0, ½, 1, 1½, 2, 3, 4, 6} (OCP Microscaling Formats 1.0, E2M1).
/// </summary>
internal readonly unsafe struct BlockMXFP4 : IBlock
{
    public static int Size => 32;

    public static int Bytes => 17;

    /// <summary>The 4-bit floats times two, which are integers.</summary>
    public static Vector128<sbyte> Doubled
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector128.Create((sbyte)0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Decode<V>(byte* block, float* values)
        where V : unmanaged, ILanes<V>
    {
        V d = V.Create(HalfPower(block[0]));
        Vector128<byte> q = Vector128.Load(block + 1);
        Sixteen<V>.Put(Vector128.ShuffleNative(Doubled, Packed.Low4(q).AsSByte()), d, values);
        Sixteen<V>.Put(Vector128.ShuffleNative(Doubled, Packed.High4(q).AsSByte()), d, values + 16);
    }

    /// <summary>2^(e − 128); the two smallest are subnormal.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float HalfPower(byte e) => BitConverter.UInt32BitsToSingle(e < 2 ? 0x00200000u << e : (uint)(e - 1) << 23);
}
