using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>
/// <see cref="BlockQ5_0"/> in 352 bytes: the scales, a vector of fifth bits, then four of the lower bits of q + 16.
/// </summary>
internal readonly unsafe struct PackedQ5_0 : IPackedBlock
{
    private const int Fifth = 32, Codes = 96;

    public static int Bytes => 352;

    public static int LargestCode => 31;

    public static int Offset => 16;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(byte* blocks, nint stride, int rows, byte* record)
    {
        Interleave.Halves(blocks, stride, rows, record);
        Nibbles.PackFive(blocks + 2, stride, rows, record + Fifth);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static B Quad<B>(byte* record, int group, int quad, int lane)
        where B : unmanaged, IBytes<B> =>
        Quads.Nibble(record + Codes, quad, lane, above: Quads.OneBit<B>(record + Fifth, quad, lane, 4));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Unit<V>(byte* record, int lane)
        where V : unmanaged, ILanes<V> =>
        Quads.Halves<V>(record, lane);
}
