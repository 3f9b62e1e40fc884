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

    /// <summary>Packs eight s and t.</summary>
    public static void Store(int* scales, int* minima, byte* bytes)
    {
        for (int group = 0; group < 4; group++)
        {
            (int s, int t, int upperS, int upperT) = (scales[group], minima[group], scales[group + 4], minima[group + 4]);
            bytes[group] = (byte)(s | (upperS >> 4 << 6));
            bytes[group + 4] = (byte)(t | (upperT >> 4 << 6));
            bytes[group + 8] = (byte)((upperS & 0xF) | ((upperT & 0xF) << 4));
        }
    }
}
