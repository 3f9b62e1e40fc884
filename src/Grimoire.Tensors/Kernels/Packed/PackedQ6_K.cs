using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Grimoire.Tensors;

/// <summary>
/// <see cref="BlockQ6_K"/> in 3360 bytes: the d, for each group of 16 the s, then for each group of 32 four vectors of lower and two of upper bits of q + 32.
/// </summary>
internal readonly unsafe struct PackedQ6_K : IPackedBlock
{
    private const int Scales = 32, Codes = 288, Group = 6 * Quads.Vector;

    public static int Inputs => 256;

    public static int Bytes => 3360;

    public static int LargestCode => 63;

    public static int Offset => 32;

    public static int Part => 16;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(byte* blocks, nint stride, int rows, byte* record)
    {
        Interleave.Halves(blocks + 208, stride, rows, record);
        Interleave.Single(blocks + 192, stride, rows, 16, record + Scales);
        byte* codes = stackalloc byte[Interleave.Codes];
        byte* vectors = record + Codes;
        for (int group = 0; group < 8; group++, vectors += Group)
        {
            for (int row = 0; row < rows; row++)
                Unpack(blocks + (row * stride), group, codes + (32 * row));
            Interleave.Nibbles(codes, vectors);
            Interleave.TwoBits(codes, 4, vectors + (4 * Quads.Vector));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static B Quad<B>(byte* record, int group, int quad, int lane)
        where B : unmanaged, IBytes<B> =>
        Quads.Nibble(
            record + Codes + (group * Group), quad, lane, above: Quads.TwoBits<B>(record + Codes + (group * Group) + (4 * Quads.Vector), quad, lane, 4));

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
        (int half, int place) = (group / 4, group % 4);
        for (int side = 0; side < 2; side++)
        {
            Vector128<byte> lower = Vector128.Load(block + (64 * half) + (32 * (place % 2)) + (16 * side));
            Vector128<byte> upper = Vector128.Load(block + 128 + (32 * half) + (16 * side)) >>> (2 * place);
            (PackedQ4_K.Nibbles(lower, place / 2) | (Packed.Low2(upper) << 4)).Store(codes + (16 * side));
        }
    }
}
