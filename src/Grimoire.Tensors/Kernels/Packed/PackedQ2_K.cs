using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Grimoire.Tensors;

/// <summary>
/// <see cref="BlockQ2_K"/> in 1344 bytes: the d, the m, for each group of 16 a vector of bytes with s below and t above, then for each group of 32 two vectors
/// of q.
/// </summary>
internal readonly unsafe struct PackedQ2_K : IPackedBlock
{
    private const int Minima = 32, Scales = 64, Codes = 320, Group = 2 * Quads.Vector;

    public static int Inputs => 256;

    public static int Bytes => 1344;

    public static int LargestCode => 3;

    public static int Offset => 0;

    public static int Part => 16;

    public static bool HasMinimum => true;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(byte* blocks, nint stride, int rows, byte* record)
    {
        Interleave.Halves(blocks + 80, stride, rows, record);
        Interleave.Halves(blocks + 82, stride, rows, record + Minima);
        Interleave.Single(blocks, stride, rows, 16, record + Scales);
        byte* codes = stackalloc byte[Interleave.Codes];
        byte* vectors = record + Codes;
        for (int group = 0; group < 8; group++, vectors += Group)
        {
            for (int row = 0; row < rows; row++)
                Unpack(blocks + (row * stride), group, codes + (32 * row));
            Interleave.TwoBits(codes, 0, vectors);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static B Quad<B>(byte* record, int group, int quad, int lane)
        where B : unmanaged, IBytes<B> =>
        Quads.TwoBits<B>(record + Codes + (group * Group), quad, lane, 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Unit<V>(byte* record, int lane)
        where V : unmanaged, ILanes<V> =>
        Quads.Halves<V>(record, lane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Scale<V>(V unit, byte* record, int part, int lane)
        where V : unmanaged, ILanes<V> =>
        unit * V.Widen(Packed.Low4(Vector128.Load(record + Scales + (16 * part) + lane)).AsSByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V MinimumUnit<V>(byte* record, int lane)
        where V : unmanaged, ILanes<V> =>
        -Quads.Halves<V>(record + Minima, lane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Minimum<V>(V unit, byte* record, int part, int lane)
        where V : unmanaged, ILanes<V> =>
        unit * V.Widen(Packed.High4(Vector128.Load(record + Scales + (16 * part) + lane)).AsSByte());

    /// <summary>Two bits of 32 numbers, for <see cref="BlockQ2_K"/> and <see cref="BlockQ3_K"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void UnpackLower(byte* lower, int group, byte* codes)
    {
        for (int side = 0; side < 2; side++)
            Packed.Low2(Vector128.Load(lower + (group / 4 * 32) + (16 * side)) >>> (group % 4 * 2)).Store(codes + (16 * side));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Unpack(byte* block, int group, byte* codes) => UnpackLower(block + 16, group, codes);
}
