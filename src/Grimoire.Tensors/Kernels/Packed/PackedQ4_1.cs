using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>
/// <see cref="BlockQ4_1"/> in 320 bytes: the scales, the minima, then four vectors of q.
/// </summary>
internal readonly unsafe struct PackedQ4_1 : IPackedBlock
{
    private const int Minima = 32, Codes = 64;

    public static int Bytes => 320;

    public static int LargestCode => 15;

    public static int Offset => 0;

    public static bool HasMinimum => true;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(byte* blocks, nint stride, int rows, byte* record)
    {
        Interleave.Halves(blocks, stride, rows, record);
        Interleave.Halves(blocks + 2, stride, rows, record + Minima);
        Nibbles.Pack(blocks + 4, stride, rows, record + Codes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static B Quad<B>(byte* record, int group, int quad, int lane)
        where B : unmanaged, IBytes<B> =>
        Quads.Nibble<B>(record + Codes, quad, lane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Unit<V>(byte* record, int lane)
        where V : unmanaged, ILanes<V> =>
        Quads.Halves<V>(record, lane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V MinimumUnit<V>(byte* record, int lane)
        where V : unmanaged, ILanes<V> =>
        Quads.Halves<V>(record + Minima, lane);
}
