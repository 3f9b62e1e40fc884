using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>
/// <see cref="BlockQ4_0"/> in 288 bytes: the scales, then four vectors of q + 8.
/// </summary>
internal readonly unsafe struct PackedQ4_0 : IPackedBlock
{
    private const int Codes = 32;

    public static int Bytes => 288;

    public static int LargestCode => 15;

    public static int Offset => 8;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(byte* blocks, nint stride, int rows, byte* record)
    {
        Interleave.Halves(blocks, stride, rows, record);
        Nibbles.Pack(blocks + 2, stride, rows, record + Codes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static B Quad<B>(byte* record, int group, int quad, int lane)
        where B : unmanaged, IBytes<B> =>
        Quads.Nibble<B>(record + Codes, quad, lane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Unit<V>(byte* record, int lane)
        where V : unmanaged, ILanes<V> =>
        Quads.Halves<V>(record, lane);
}
