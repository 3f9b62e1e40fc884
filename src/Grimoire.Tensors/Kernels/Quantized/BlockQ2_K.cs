using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Grimoire.Tensors;

/// <summary>
/// <see cref="DType.Q2_K"/>: 256 numbers in sixteen groups of 16, x = d · s · q − m · t in 84 bytes: a byte for each group, s in its lower half and t in its
/// upper; 64 bytes of q; d and m as binary16. Bits 2j and 2j + 1 of byte 32h + i are the q of number 128h + 32j + i.
/// </summary>
internal readonly unsafe struct BlockQ2_K : IBlock
{
    private static BlockForm Form => new(16, new Levels(0, 3), 0, 15, 15);

    public static int Size => 256;

    public static int Bytes => 84;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Decode<V>(byte* block, float* values)
        where V : unmanaged, ILanes<V>
    {
        float d = Packed.Load(block + 80), m = Packed.Load(block + 82);
        for (int group = 0; group < 16; group++)
        {
            int half = group / 8, shift = group % 8 / 2 * 2, side = group % 2;
            Vector128<byte> q = Packed.Two(Vector128.Load(block + 16 + (32 * half) + (16 * side)), shift);
            Sixteen<V>.Put(q.AsSByte(), V.Create(d * (block[group] & 0xF)), V.Create(-(m * (block[group] >> 4))), values + (16 * group));
        }
    }

    public static void Encode(float* values, float* weights, byte* block)
    {
        Form.Fit(values, BlockForm.WeightsOrOnes(weights), out BlockFit fit);
        for (int group = 0; group < 16; group++)
            block[group] = (byte)(fit.Scales[group] | (fit.Minima[group] << 4));
        StoreLowerBits(fit.Codes, block + 16);
        Packed.Store(fit.Scale, block + 80);
        Packed.Store(fit.Minimum, block + 82);
    }

    /// <summary>The lower two bits of 256 numbers.</summary>
    internal static void StoreLowerBits(byte* codes, byte* bytes)
    {
        for (int i = 0; i < 64; i++)
        {
            byte* number = codes + (i / 32 * 128) + (i % 32);
            bytes[i] = (byte)((number[0] & 3) | ((number[32] & 3) << 2) | ((number[64] & 3) << 4) | ((number[96] & 3) << 6));
        }
    }
}
