using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Grimoire.Tensors;

/// <summary>
/// <see cref="DType.Q5_K"/>: 256 numbers in eight groups of 32, x = d · s · q − m · t in 176 bytes: d and m as binary16, the s and t as
/// <see cref="SixBitScales"/>, 32 bytes of which bit g of byte i is the fifth bit of number 32g + i, then the lower four bits as in <see cref="BlockQ4_K"/>.
/// </summary>
internal readonly unsafe struct BlockQ5_K : IBlock
{
    private static BlockForm Form => new(8, new Levels(0, 31), 0, 63, 63);

    public static int Size => 256;

    public static int Bytes => 176;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Decode<V>(byte* block, float* values)
        where V : unmanaged, ILanes<V>
    {
        float d = Packed.Load(block), m = Packed.Load(block + 2);
        byte* scales = block + 4, packed = block + 48;
        Vector128<byte> fifthLeft = Vector128.Load(block + 16), fifthRight = Vector128.Load(block + 32);
        for (int group = 0; group < 8; group += 2, packed += 32, values += 64)
        {
            Vector128<byte> left = Vector128.Load(packed), right = Vector128.Load(packed + 16);
            V scale = V.Create(d * SixBitScales.Scale(scales, group)), offset = V.Create(-(m * SixBitScales.Minimum(scales, group)));
            Sixteen<V>.Put((Packed.Low4(left) | Packed.Bit(fifthLeft, group, 16)).AsSByte(), scale, offset, values);
            Sixteen<V>.Put((Packed.Low4(right) | Packed.Bit(fifthRight, group, 16)).AsSByte(), scale, offset, values + 16);
            scale = V.Create(d * SixBitScales.Scale(scales, group + 1));
            offset = V.Create(-(m * SixBitScales.Minimum(scales, group + 1)));
            Sixteen<V>.Put((Packed.High4(left) | Packed.Bit(fifthLeft, group + 1, 16)).AsSByte(), scale, offset, values + 32);
            Sixteen<V>.Put((Packed.High4(right) | Packed.Bit(fifthRight, group + 1, 16)).AsSByte(), scale, offset, values + 48);
        }
    }

    public static void Encode(float* values, float* weights, byte* block)
    {
        Form.Fit(values, BlockForm.WeightsOrOnes(weights), out BlockFit fit);
        Packed.Store(fit.Scale, block);
        Packed.Store(fit.Minimum, block + 2);
        SixBitScales.Store(fit.Scales, fit.Minima, block + 4);
        byte* fifth = block + 16;
        new Span<byte>(fifth, 32).Clear();
        for (int i = 0; i < Size; i++)
            fifth[i % 32] |= (byte)(fit.Codes[i] >> 4 << (i / 32));
        BlockQ4_K.StoreNibbles(fit.Codes, block + 48);
    }
}
