using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Grimoire.Tensors;

/// <summary>
/// Blocks of 32 numbers of four or five bits on their way into records: sixteen bytes hold the lower bits of the first sixteen numbers and of the others above
/// them.
/// </summary>
internal static unsafe class Nibbles
{
    /// <summary>Codes of four bits.</summary>
    /// <param name="from">The bytes of the first row's block.</param>
    /// <param name="stride">Bytes from row to row.</param>
    /// <param name="rows">Rows there are; the others become zeros.</param>
    /// <param name="to">Four vectors.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(byte* from, nint stride, int rows, byte* to)
    {
        byte* codes = stackalloc byte[Interleave.Codes];
        for (int row = 0; row < rows; row++, from += stride)
        {
            Vector128<byte> q = Vector128.Load(from);
            Packed.Low4(q).Store(codes + (32 * row));
            Packed.High4(q).Store(codes + (32 * row) + 16);
        }

        Interleave.Nibbles(codes, to);
    }

    /// <summary>Codes of five bits: before the bytes there are four with the fifth bit of each number.</summary>
    /// <param name="from">The four bytes of the first row's block.</param>
    /// <param name="stride">Bytes from row to row.</param>
    /// <param name="rows">Rows there are; the others become zeros.</param>
    /// <param name="to">A vector of fifth bits, then four of the lower ones.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackFive(byte* from, nint stride, int rows, byte* to)
    {
        byte* codes = stackalloc byte[Interleave.Codes];
        for (int row = 0; row < rows; row++, from += stride)
        {
            ushort* fifth = (ushort*)from;
            Vector128<byte> q = Vector128.Load(from + 4);
            (Packed.Low4(q) | Packed.FifthBits(fifth[0])).Store(codes + (32 * row));
            (Packed.High4(q) | Packed.FifthBits(fifth[1])).Store(codes + (32 * row) + 16);
        }

        Interleave.OneBit(codes, 4, to);
        Interleave.Nibbles(codes, to + 64);
    }
}
