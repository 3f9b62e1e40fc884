using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>
/// <see cref="BlockQ5_1"/> in 384 bytes: the scales, the minima, a vector of fifth bits, then four of the lower bits of q.
/// </summary>
internal readonly unsafe struct PackedQ5_1 : IPackedBlock
{
    private const int Minima = 32, Fifth = 64, Codes = 128;

    public static int Bytes => 384;

    public static int LargestCode => 31;

    public static int Offset => 0;

    public static bool HasMinimum => true;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(byte* blocks, nint stride, int rows, byte* record)
    {
        Interleave.Halves(blocks, stride, rows, record);
        Interleave.Halves(blocks + 2, stride, rows, record + Minima);
        Nibbles.PackFive(blocks + 4, stride, rows, record + Fifth);
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
    public static V MinimumUnit<V>(byte* record, int lane)
        where V : unmanaged, ILanes<V> =>
        Quads.Halves<V>(record + Minima, lane);
}
