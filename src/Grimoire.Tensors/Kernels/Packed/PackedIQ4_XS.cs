using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Grimoire.Tensors;

/// <summary>
/// <see cref="BlockIQ4_XS"/> in 2208 bytes: the d, for each group of 32 the s − 32, then for each group four vectors as in <see cref="PackedIQ4_NL"/>.
/// </summary>
internal readonly unsafe struct PackedIQ4_XS : IPackedBlock
{
    private const int Scales = 32, Codes = 160;

    public static int Inputs => 256;

    public static int Bytes => 2208;

    public static int LargestCode => 241;

    public static int Offset => 128;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(byte* blocks, nint stride, int rows, byte* record)
    {
        Interleave.Halves(blocks, stride, rows, record);
        byte* scales = stackalloc byte[Interleave.Rows * 8];
        for (int row = 0; row < rows; row++)
        {
            for (int group = 0; group < 8; group++)
                scales[(8 * row) + group] = (byte)(BlockIQ4_XS.Scale(blocks + (row * stride), group) - 32);
        }

        Interleave.Single(scales, 8, rows, 8, record + Scales);
        byte* codes = stackalloc byte[Interleave.Codes];
        byte* vectors = record + Codes;
        for (int group = 0; group < 8; group++, vectors += 4 * Quads.Vector)
        {
            for (int row = 0; row < rows; row++)
                Unpack(blocks + (row * stride), group, codes + (32 * row));
            Interleave.Nibbles(codes, vectors);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static B Quad<B>(byte* record, int group, int quad, int lane)
        where B : unmanaged, IBytes<B> =>
        B.LookUp(PackedIQ4_NL.Shifted, Quads.Nibble<B>(record + Codes + (group * 4 * Quads.Vector), quad, lane));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Unit<V>(byte* record, int lane)
        where V : unmanaged, ILanes<V> =>
        Quads.Halves<V>(record, lane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Scale<V>(V unit, byte* record, int part, int lane)
        where V : unmanaged, ILanes<V> =>
        unit * Quads.Integers<V>(record + Scales + (16 * part), lane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Unpack(byte* block, int group, byte* codes)
    {
        Vector128<byte> q = Vector128.Load(block + 8 + (16 * group));
        Packed.Low4(q).Store(codes);
        Packed.High4(q).Store(codes + 16);
    }
}
