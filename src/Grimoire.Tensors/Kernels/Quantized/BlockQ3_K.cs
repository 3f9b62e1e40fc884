using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Grimoire.Tensors;

/// <summary>
/// <see cref="DType.Q3_K"/>: 256 numbers in sixteen groups of 16, x = d · (s − 32) · (q − 4) in 110 bytes: 32 bytes of third bits, 64 bytes of lower bits, 12 bytes
/// of s, and d as binary16. Bit j + 4h of byte i holds the third bit of number 128h + 32j + i, whose lower bits lie as in <see cref="BlockQ2_K"/>.
/// Of the s, byte g has the lower halves of groups g and g + 8, and byte 8 + g % 4 the upper two bits of group g.
/// </summary>
internal readonly unsafe struct BlockQ3_K : IBlock
{
    private const int Scales = 96;

    private static BlockForm Form => new(16, new Levels(-4, 3), -32, 31, 0);

    public static int Size => 256;

    public static int Bytes => 110;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Decode<V>(byte* block, float* values)
        where V : unmanaged, ILanes<V>
    {
        float d = Packed.Load(block + 108);
        for (int group = 0; group < 16; group++)
        {
            int half = group / 8, part = group % 8 / 2, side = group % 2;
            Vector128<byte> low = Packed.Two(Vector128.Load(block + 32 + (32 * half) + (16 * side)), 2 * part);
            Vector128<byte> high = Packed.Bit(Vector128.Load(block + (16 * side)), part + (4 * half), 4);
            Sixteen<V>.Put((low | high).Less(4), V.Create(d * (Scale(block + Scales, group) - 32)), values + (16 * group));
        }
    }

    private static int Scale(byte* scales, int group) =>
        ((scales[group % 8] >> (group / 8 * 4)) & 0xF) | (((scales[8 + (group % 4)] >> (group / 4 * 2)) & 3) << 4);

    public static void Encode(float* values, float* weights, byte* block)
    {
        Form.Fit(values, BlockForm.WeightsOrOnes(weights), out BlockFit fit);
        new Span<byte>(block, Bytes).Clear();
        for (int i = 0; i < Size; i++)
            block[i % 32] |= (byte)(fit.Codes[i] >> 2 << (i / 32));
        BlockQ2_K.StoreLowerBits(fit.Codes, block + 32);
        byte* scales = block + Scales;
        for (int group = 0; group < 16; group++)
        {
            int s = fit.Scales[group] + 32;
            scales[group % 8] |= (byte)((s & 0xF) << (group / 8 * 4));
            scales[8 + (group % 4)] |= (byte)(s >> 4 << (group / 4 * 2));
        }

        Packed.Store(fit.Scale, block + 108);
    }
}
