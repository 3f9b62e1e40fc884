using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Grimoire.Tensors;

/// <summary>
/// <see cref="DType.Q6_K"/>: 256 numbers in sixteen groups of 16, x = d · s · (q − 32) in 210 bytes: 128 bytes of lower and 64 of upper bits of q, the s as
/// signed bytes, and d as binary16. Of number 128h + 32j + i, byte 64h + 32(j % 2) + i has the lower four bits, in its lower half if j &lt; 2,
/// and byte 32h + i of the second part the upper two, from bit 2j on.
/// </summary>
internal readonly unsafe struct BlockQ6_K : IBlock
{
    private const int Upper = 128, Scales = 192;

    private static BlockForm Form => new(16, new Levels(-32, 31), -128, 127, 0);

    public static int Size => 256;

    public static int Bytes => 210;

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Decode<V>(byte* block, float* values)
        where V : unmanaged, ILanes<V>
    {
        float* scales = stackalloc float[16];
        Sixteen<V>.Put(Vector128.Load((sbyte*)block + Scales), V.Create(Packed.Load(block + 208)), scales);
        for (int half = 0; half < 2; half++)
        {
            for (int side = 0; side < 2; side++)
            {
                int at = (128 * half) + (16 * side), group = at / 16;
                byte* lower = block + (64 * half) + (16 * side);
                Vector128<byte> first = Vector128.Load(lower), second = Vector128.Load(lower + 32);
                Vector128<byte> upper = Vector128.Load(block + Upper + (32 * half) + (16 * side));
                Put<V>(Packed.Low4(first), upper, scales[group], values + at);
                Put<V>(Packed.Low4(second), upper >>> 2, scales[group + 2], values + at + 32);
                Put<V>(Packed.High4(first), upper >>> 4, scales[group + 4], values + at + 64);
                Put<V>(Packed.High4(second), upper >>> 6, scales[group + 6], values + at + 96);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put<V>(Vector128<byte> lower, Vector128<byte> upper, float scale, float* values)
        where V : unmanaged, ILanes<V> => Sixteen<V>.Put((lower | (Packed.Low2(upper) << 4)).Less(32), V.Create(scale), values);

    public static void Encode(float* values, float* weights, byte* block)
    {
        Form.Fit(values, BlockForm.WeightsOrOnes(weights), out BlockFit fit);
        new Span<byte>(block, Scales).Clear();
        for (int i = 0; i < Size; i++)
        {
            int half = i / 128, part = i % 128 / 32, code = fit.Codes[i];
            block[(64 * half) + (32 * (part % 2)) + (i % 32)] |= (byte)((code & 0xF) << (part / 2 * 4));
            block[Upper + (32 * half) + (i % 32)] |= (byte)(code >> 4 << (2 * part));
        }

        for (int group = 0; group < 16; group++)
            block[Scales + group] = (byte)fit.Scales[group];
        Packed.Store(fit.Scale, block + 208);
    }
}
