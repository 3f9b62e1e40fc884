using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Grimoire.Tensors;

/// <summary>
/// <see cref="DType.Q3_K"/>: 256 numbers in sixteen groups of 16, x = d · (s − 32) · (q − 4) in 110 bytes: 32 bytes of third bits, 64 bytes of lower bits, 12
/// bytes of s, and d as binary16. Bit j + 4h of byte i holds the third bit of number 128h + 32j + i, whose lower bits lie as in <see cref="BlockQ2_K"/>. Of the
/// s, byte g has the lower halves of groups g and g + 8, and byte 8 + g % 4 the upper two bits of group g.
/// </summary>
internal readonly unsafe struct BlockQ3_K : IBlock
{
    private const int Scales = 96;

    private static BlockForm Form => new(16, new Levels(-4, 3), -32, 31, 0);

    public static int Size => 256;

    public static int Bytes => 110;

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Decode<V>(byte* block, float* values)
        where V : unmanaged, ILanes<V>
    {
        float* scales = stackalloc float[16];
        Sixteen<V>.Put(LoadScales(block + Scales), V.Create(Packed.Load(block + 108)), scales);
        for (int part = 0; part < 4; part++)
        {
            // Sixteen bytes hold groups 2j + (part % 2) of a half.
            Vector128<byte> low = Vector128.Load(block + 32 + (16 * part)), high = Vector128.Load(block + (part % 2 * 16)) >>> (part / 2 * 4);
            int group = (part / 2 * 8) + (part % 2);
            Put<V>(low, Packed.Bit(high, 0, 4), group, scales, values);
            Put<V>(low >>> 2, Packed.Bit(high, 1, 4), group + 2, scales, values);
            Put<V>(low >>> 4, Packed.Bit(high, 2, 4), group + 4, scales, values);
            Put<V>(low >>> 6, Packed.Bit(high, 3, 4), group + 6, scales, values);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put<V>(Vector128<byte> low, Vector128<byte> high, int group, float* scales, float* values)
        where V : unmanaged, ILanes<V> => Sixteen<V>.Put((Packed.Low2(low) | high).Less(4), V.Create(scales[group]), values + (16 * group));

    /// <summary>s − 32 of all groups.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<sbyte> LoadScales(byte* scales)
    {
        ulong lower = *(ulong*)scales, upper = *(uint*)(scales + 8);
        ulong first = (upper & 0x03030303) | ((upper & 0x0C0C0C0C) << 30), second = ((upper >> 4) & 0x03030303) | ((upper & 0xC0C0C0C0) << 26);
        return Vector128.Create((lower & 0x0F0F0F0F0F0F0F0F) | (first << 4), ((lower >> 4) & 0x0F0F0F0F0F0F0F0F) | (second << 4)).AsByte().Less(32);
    }

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
