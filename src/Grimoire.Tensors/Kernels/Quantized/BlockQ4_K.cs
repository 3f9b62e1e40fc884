using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Grimoire.Tensors;

/// <summary>
/// <see cref="DType.Q4_K"/>: 256 numbers in eight groups of 32, x = d · s · q − m · t in 144 bytes: d and m as binary16, the s and t as
/// <see cref="SixBitScales"/>, then 128 bytes of q: byte 32j + i holds number 64j + i in its lower half and number 64j + 32 + i in its upper.
/// </summary>
internal readonly unsafe struct BlockQ4_K : IBlock
{
    private static BlockForm Form => new(8, new Levels(0, 15), 0, 63, 63);

    public static int Size => 256;

    public static int Bytes => 144;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Decode<V>(byte* block, float* values)
        where V : unmanaged, ILanes<V>
    {
        float d = Packed.Load(block), m = Packed.Load(block + 2);
        byte* scales = block + 4, packed = block + 16;
        for (int group = 0; group < 8; group += 2, packed += 32, values += 64)
        {
            Vector128<byte> left = Vector128.Load(packed), right = Vector128.Load(packed + 16);
            V scale = V.Create(d * SixBitScales.Scale(scales, group)), offset = V.Create(-(m * SixBitScales.Minimum(scales, group)));
            Sixteen<V>.Put(Packed.Low4(left).AsSByte(), scale, offset, values);
            Sixteen<V>.Put(Packed.Low4(right).AsSByte(), scale, offset, values + 16);
            scale = V.Create(d * SixBitScales.Scale(scales, group + 1));
            offset = V.Create(-(m * SixBitScales.Minimum(scales, group + 1)));
            Sixteen<V>.Put(Packed.High4(left).AsSByte(), scale, offset, values + 32);
            Sixteen<V>.Put(Packed.High4(right).AsSByte(), scale, offset, values + 48);
        }
    }

    public static void Encode(float* values, float* weights, byte* block)
    {
        Form.Fit(values, BlockForm.WeightsOrOnes(weights), out BlockFit fit);
        Packed.Store(fit.Scale, block);
        Packed.Store(fit.Minimum, block + 2);
        SixBitScales.Store(fit.Scales, fit.Minima, block + 4);
        StoreNibbles(fit.Codes, block + 16);
    }

    /// <summary>The lower four bits of 256 numbers, 64 at a time.</summary>
    internal static void StoreNibbles(byte* codes, byte* bytes)
    {
        for (int i = 0; i < 128; i++)
        {
            byte* number = codes + (i / 32 * 64) + (i % 32);
            bytes[i] = (byte)((number[0] & 0xF) | (number[32] << 4));
        }
    }
}
