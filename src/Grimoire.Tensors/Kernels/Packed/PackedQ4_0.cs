using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Grimoire.Tensors;

/// <summary>
/// <see cref="BlockQ4_0"/> in 288 bytes: the scales, then four vectors of q + 8.
/// </summary>
internal readonly unsafe struct PackedQ4_0 : IPackedBlock
{
    private const int Codes = 32;

    public static int Inputs => 32;

    public static int Bytes => 288;

    public static int LargestCode => 15;

    public static int Offset => 8;

    public static int Part => 32;

    public static bool HasMinimum => false;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(byte* blocks, nint stride, int rows, byte* record)
    {
        Interleave.Halves(blocks, stride, rows, record);
        byte* codes = stackalloc byte[Interleave.Codes];
        for (int row = 0; row < rows; row++, blocks += stride)
        {
            Vector128<byte> q = Vector128.Load(blocks + 2);
            Packed.Low4(q).Store(codes + (32 * row));
            Packed.High4(q).Store(codes + (32 * row) + 16);
        }

        Interleave.Nibbles(codes, record + Codes);
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
