using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Grimoire.Tensors;

/// <summary>
/// <see cref="BlockMXFP4"/> in 272 bytes: e − 128 as signed bytes, then four vectors as in <see cref="PackedQ4_0"/>; codes are twice the 4-bit floats + 12.
/// </summary>
internal readonly unsafe struct PackedMXFP4 : IPackedBlock
{
    private const int Codes = 16;

    public static int Bytes => 272;

    public static int LargestCode => 24;

    public static int Offset => 12;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(byte* blocks, nint stride, int rows, byte* record)
    {
        for (int row = 0; row < Interleave.Rows; row++)
            record[row] = row < rows ? (byte)(blocks[row * stride] ^ 0x80) : (byte)0x80;
        Nibbles.Pack(blocks + 1, stride, rows, record + Codes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static B Quad<B>(byte* record, int group, int quad, int lane)
        where B : unmanaged, IBytes<B> =>
        B.LookUp(Shifted, Quads.Nibble<B>(record + Codes, quad, lane));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Unit<V>(byte* record, int lane)
        where V : unmanaged, ILanes<V> =>
        V.PowerOfTwo(Vector128.Load((sbyte*)record + lane));

    private static Vector128<byte> Shifted
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => BlockMXFP4.Doubled.AsByte() + Vector128.Create((byte)12);
    }
}
