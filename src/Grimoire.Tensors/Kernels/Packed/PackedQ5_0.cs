using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Grimoire.Tensors;

/// <summary>
/// <see cref="BlockQ5_0"/> in 352 bytes: the scales, a vector of fifth bits, then four of the lower bits of q + 16.
/// </summary>
internal readonly unsafe struct PackedQ5_0 : IPackedBlock
{
    private const int Fifth = 32, Codes = 96;

    public static int Inputs => 32;

    public static int Bytes => 352;

    public static int LargestCode => 31;

    public static int Offset => 16;

    public static int Part => 32;

    public static bool HasMinimum => false;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(byte* blocks, nint stride, int rows, byte* record)
    {
        Interleave.Halves(blocks, stride, rows, record);
        byte* codes = stackalloc byte[Interleave.Codes];
        for (int row = 0; row < rows; row++, blocks += stride)
        {
            ushort* fifth = (ushort*)(blocks + 2);
            Vector128<byte> q = Vector128.Load(blocks + 6);
            (Packed.Low4(q) | Packed.FifthBits(fifth[0])).Store(codes + (32 * row));
            (Packed.High4(q) | Packed.FifthBits(fifth[1])).Store(codes + (32 * row) + 16);
        }

        Interleave.OneBit(codes, 4, record + Fifth);
        Interleave.Nibbles(codes, record + Codes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static B Quad<B>(byte* record, int group, int quad, int lane)
        where B : unmanaged, IBytes<B> =>
        Quads.Nibble(record + Codes, quad, lane, above: Quads.OneBit<B>(record + Fifth, quad, lane, 4));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Unit<V>(byte* record, int lane)
        where V : unmanaged, ILanes<V> =>
        Quads.Halves<V>(record, lane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Scale<V>(V unit, byte* record, int part, int lane)
        where V : unmanaged, ILanes<V> =>
        unit;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V MinimumUnit<V>(byte* record, int lane)
        where V : unmanaged, ILanes<V> =>
        default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Minimum<V>(V unit, byte* record, int part, int lane)
        where V : unmanaged, ILanes<V> =>
        default;
}
