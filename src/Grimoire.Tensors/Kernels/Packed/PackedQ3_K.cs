using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Grimoire.Tensors;

/// <summary>
/// <see cref="BlockQ3_K"/> in 1824 bytes: the d, for each group of 16 the s − 32, then for each group of 32 two vectors of lower bits and one of third bits of
/// q.
/// </summary>
internal readonly unsafe struct PackedQ3_K : IPackedBlock
{
    private const int Scales = 32, Codes = 288, Group = 3 * Quads.Vector;

    public static int Inputs => 256;

    public static int Bytes => 1824;

    public static int LargestCode => 7;

    public static int Offset => 4;

    public static int Part => 16;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(byte* blocks, nint stride, int rows, byte* record)
    {
        Interleave.Halves(blocks + 108, stride, rows, record);
        sbyte* scales = stackalloc sbyte[Interleave.Rows * 16];
        for (int row = 0; row < rows; row++)
            BlockQ3_K.LoadScales(blocks + (row * stride) + 96).Store(scales + (16 * row));
        Interleave.Single((byte*)scales, 16, rows, 16, record + Scales);
        byte* codes = stackalloc byte[Interleave.Codes];
        byte* vectors = record + Codes;
        for (int group = 0; group < 8; group++, vectors += Group)
        {
            for (int row = 0; row < rows; row++)
                Unpack(blocks + (row * stride), group, codes + (32 * row));
            Interleave.TwoBits(codes, 0, vectors);
            Interleave.OneBit(codes, 2, vectors + (2 * Quads.Vector));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static B Quad<B>(byte* record, int group, int quad, int lane)
        where B : unmanaged, IBytes<B> =>
        Quads.TwoBits(
            record + Codes + (group * Group), quad, lane, above: Quads.OneBit<B>(record + Codes + (group * Group) + (2 * Quads.Vector), quad, lane, 2));

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
        PackedQ2_K.UnpackLower(block + 32, group, codes);
        for (int side = 0; side < 2; side++)
        {
            Vector128<byte> third = Packed.Bit(Vector128.Load(block + (16 * side)), group, 4);
            (Vector128.Load(codes + (16 * side)) | third).Store(codes + (16 * side));
        }
    }
}
