using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>
/// The scales s and minima t of the eight groups of a <see cref="BlockQ4_K"/> or <see cref="BlockQ5_K"/>, six bits each in 12 bytes. Groups 0 … 3 have s in the
/// lower six bits of byte g and t in those of byte 4 + g. Groups 4 … 7 share byte 4 + g, s below and t above, and put their upper two bits
/// above those of group g − 4.
/// </summary>
internal static unsafe class SixBitScales
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Scale(byte* bytes, int group) => group < 4
        ? bytes[group] & 63
        : (bytes[group + 4] & 0xF) | (bytes[group - 4] >> 6 << 4);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Minimum(byte* bytes, int group) => group < 4
        ? bytes[group + 4] & 63
        : (bytes[group + 4] >> 4) | (bytes[group] >> 6 << 4);
}
