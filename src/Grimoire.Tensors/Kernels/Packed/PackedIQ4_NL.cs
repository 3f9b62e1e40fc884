using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Grimoire.Tensors;

/// <summary>
/// <see cref="BlockIQ4_NL"/> in 288 bytes, as <see cref="PackedQ4_0"/>: what is stored are places on the grid; codes are the grid's numbers + 128.
/// </summary>
internal readonly unsafe struct PackedIQ4_NL : IPackedBlock
{
    private const int Codes = 32;

    public static int Bytes => 288;

    public static int LargestCode => 241;

    public static int Offset => 128;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(byte* blocks, nint stride, int rows, byte* record)
    {
        Interleave.Halves(blocks, stride, rows, record);
        Nibbles.Pack(blocks + 2, stride, rows, record + Codes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static B Quad<B>(byte* record, int group, int quad, int lane)
        where B : unmanaged, IBytes<B> =>
        B.LookUp(Shifted, Quads.Nibble<B>(record + Codes, quad, lane));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Unit<V>(byte* record, int lane)
        where V : unmanaged, ILanes<V> =>
        Quads.Halves<V>(record, lane);

    /// <summary>The grid + 128.</summary>
    internal static Vector128<byte> Shifted
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => BlockIQ4_NL.Grid.AsByte() + Vector128.Create((byte)128);
    }
}
