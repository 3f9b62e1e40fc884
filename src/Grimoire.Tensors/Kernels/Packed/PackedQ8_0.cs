using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Grimoire.Tensors;

/// <summary>
/// <see cref="BlockQ8_0"/> in 544 bytes: the scales, then eight quads of q + 128.
/// </summary>
internal readonly unsafe struct PackedQ8_0 : IPackedBlock
{
    private const int Codes = 32;

    public static int Bytes => 544;

    public static int LargestCode => 255;

    public static int Offset => 128;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(byte* blocks, nint stride, int rows, byte* record)
    {
        Interleave.Halves(blocks, stride, rows, record);
        byte* codes = stackalloc byte[Interleave.Codes];
        for (int row = 0; row < rows; row++, blocks += stride)
        {
            (Vector128.Load(blocks + 2) ^ Vector128.Create((byte)0x80)).Store(codes + (32 * row));
            (Vector128.Load(blocks + 18) ^ Vector128.Create((byte)0x80)).Store(codes + (32 * row) + 16);
        }

        Interleave.Bytes(codes, record + Codes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static B Quad<B>(byte* record, int group, int quad, int lane)
        where B : unmanaged, IBytes<B> =>
        Quads.Byte<B>(record + Codes, quad, lane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Unit<V>(byte* record, int lane)
        where V : unmanaged, ILanes<V> =>
        Quads.Halves<V>(record, lane);
}
