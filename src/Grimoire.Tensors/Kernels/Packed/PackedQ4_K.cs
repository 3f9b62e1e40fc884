using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Grimoire.Tensors;

/// <summary>
/// <see cref="BlockQ4_K"/> in 2368 bytes: the d, the m, for each group of 32 the s and the t as bytes, then for each group four vectors of q.
/// </summary>
internal readonly unsafe struct PackedQ4_K : IPackedBlock
{
    private const int Minima = 32, Scales = 64, Codes = 320;

    public static int Inputs => 256;

    public static int Bytes => 2368;

    public static int LargestCode => 15;

    public static int Offset => 0;

    public static bool HasMinimum => true;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(byte* blocks, nint stride, int rows, byte* record)
    {
        Interleave.Halves(blocks, stride, rows, record);
        Interleave.Halves(blocks + 2, stride, rows, record + Minima);
        StoreScales(blocks + 4, stride, rows, record + Scales);
        byte* codes = stackalloc byte[Interleave.Codes];
        byte* vectors = record + Codes;
        for (int group = 0; group < 8; group++, vectors += 4 * Quads.Vector)
        {
            for (int row = 0; row < rows; row++)
                Unpack(blocks + (row * stride), group, codes + (32 * row));
            Interleave.Nibbles(codes, vectors);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static B Quad<B>(byte* record, int group, int quad, int lane)
        where B : unmanaged, IBytes<B> =>
        Quads.Nibble<B>(record + Codes + (group * 4 * Quads.Vector), quad, lane);

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

    /// <summary>The s and t of eight groups, six bits in the file and bytes here, for <see cref="BlockQ4_K"/> and <see cref="BlockQ5_K"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void StoreScales(byte* scales, nint stride, int rows, byte* record)
    {
        new Span<byte>(record, 8 * 2 * Interleave.Rows).Clear();
        for (int row = 0; row < rows; row++, scales += stride)
        {
            for (int group = 0; group < 8; group++)
            {
                record[(32 * group) + row] = (byte)SixBitScales.Scale(scales, group);
                record[(32 * group) + 16 + row] = (byte)SixBitScales.Minimum(scales, group);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Unpack(byte* block, int group, byte* codes)
    {
        byte* nibbles = block + 16 + (group / 2 * 32);
        Nibbles(Vector128.Load(nibbles), group).Store(codes);
        Nibbles(Vector128.Load(nibbles + 16), group).Store(codes + 16);
    }

    /// <summary>Groups of even number lie in the lower halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<byte> Nibbles(Vector128<byte> bytes, int group) => group % 2 == 0 ? Packed.Low4(bytes) : Packed.High4(bytes);
}
