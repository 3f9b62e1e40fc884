using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Grimoire.Tensors;

/// <summary>
/// <see cref="BlockQ5_K"/> in 2880 bytes: as <see cref="PackedQ4_K"/>, with a vector of fifth bits before the four of each group.
/// </summary>
internal readonly unsafe struct PackedQ5_K : IPackedBlock
{
    private const int Minima = 32, Scales = 64, Codes = 320, Group = 5 * Quads.Vector;

    public static int Inputs => 256;

    public static int Bytes => 2880;

    public static int LargestCode => 31;

    public static int Offset => 0;

    public static bool HasMinimum => true;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(byte* blocks, nint stride, int rows, byte* record)
    {
        Interleave.Halves(blocks, stride, rows, record);
        Interleave.Halves(blocks + 2, stride, rows, record + Minima);
        PackedQ4_K.StoreScales(blocks + 4, stride, rows, record + Scales);
        byte* codes = stackalloc byte[Interleave.Codes];
        byte* vectors = record + Codes;
        for (int group = 0; group < 8; group++, vectors += Group)
        {
            for (int row = 0; row < rows; row++)
                Unpack(blocks + (row * stride), group, codes + (32 * row));
            Interleave.OneBit(codes, 4, vectors);
            Interleave.Nibbles(codes, vectors + Quads.Vector);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static B Quad<B>(byte* record, int group, int quad, int lane)
        where B : unmanaged, IBytes<B> =>
        Quads.Nibble(record + Codes + (group * Group) + Quads.Vector, quad, lane, above: Quads.OneBit<B>(record + Codes + (group * Group), quad, lane, 4));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Unit<V>(byte* record, int lane)
        where V : unmanaged, ILanes<V> =>
        Quads.Halves<V>(record, lane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Scale<V>(V unit, byte* record, int part, int lane)
        where V : unmanaged, ILanes<V> =>
        unit * Quads.Integers<V>(record + Scales + (32 * part), lane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V MinimumUnit<V>(byte* record, int lane)
        where V : unmanaged, ILanes<V> =>
        -Quads.Halves<V>(record + Minima, lane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Minimum<V>(V unit, byte* record, int part, int lane)
        where V : unmanaged, ILanes<V> =>
        unit * Quads.Integers<V>(record + Scales + (32 * part) + 16, lane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Unpack(byte* block, int group, byte* codes)
    {
        byte* nibbles = block + 48 + (group / 2 * 32);
        for (int half = 0; half < 2; half++)
        {
            Vector128<byte> fifth = Packed.Bit(Vector128.Load(block + 16 + (16 * half)), group, 16);
            (PackedQ4_K.Nibbles(Vector128.Load(nibbles + (16 * half)), group) | fifth).Store(codes + (16 * half));
        }
    }
}
