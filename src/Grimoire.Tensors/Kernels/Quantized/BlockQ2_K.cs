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

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Decode<V>(byte* block, float* values)
        where V : unmanaged, ILanes<V>
    {
        float* scales = stackalloc float[16], offsets = stackalloc float[16];
        Vector128<byte> both = Vector128.Load(block);
        Sixteen<V>.Put(Packed.Low4(both).AsSByte(), V.Create(Packed.Load(block + 80)), scales);
        Sixteen<V>.Put(Packed.High4(both).AsSByte(), V.Create(-Packed.Load(block + 82)), offsets);
        for (int part = 0; part < 4; part++)
        {
            // Sixteen bytes hold groups 2j + (part % 2) of a half.
            Vector128<byte> q = Vector128.Load(block + 16 + (16 * part));
            int group = (part / 2 * 8) + (part % 2);
            Put<V>(q, group, scales, offsets, values);
            Put<V>(q >>> 2, group + 2, scales, offsets, values);
            Put<V>(q >>> 4, group + 4, scales, offsets, values);
            Put<V>(q >>> 6, group + 6, scales, offsets, values);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put<V>(Vector128<byte> q, int group, float* scales, float* offsets, float* values)
        where V : unmanaged, ILanes<V> =>
        Sixteen<V>.Put(Packed.Low2(q).AsSByte(), V.Create(scales[group]), V.Create(offsets[group]), values + (16 * group));

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
