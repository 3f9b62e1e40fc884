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

    /// <summary>The power of two takes the largest magnitude to 4 … 8, whatever the weights.</summary>
    public static void Encode(float* values, float* weights, byte* block)
    {
        float largest = 0;
        for (int i = 0; i < Size; i++)
            largest = Math.Max(largest, Math.Abs(values[i]));
        block[0] = largest == 0 ? (byte)0 : (byte)Math.Clamp(MathF.ILogB(largest) - 2 + 127, 0, 254);
        float d = HalfPower(block[0]);
        byte* codes = stackalloc byte[Size];
        for (int i = 0; i < Size; i++)
            codes[i] = Nearest(values[i], d);
        Packed.StoreNibbles(codes, block + 1);
    }

    /// <summary>The first of the nearest.</summary>
    private static byte Nearest(float value, float d)
    {
        (int best, float least) = (0, Math.Abs(value));
        for (int q = 1; q < 16; q++)
        {
            float distance = Math.Abs((Doubled[q] * d) - value);
            (best, least) = distance < least ? (q, distance) : (best, least);
        }

        return (byte)best;
    }
}
