using System.Numerics;

namespace Grimoire.Training.Runs;

/// <summary>The Castagnoli checksum (RFC 3720, appendix B.4), plain and masked as TFRecord stores it.</summary>
internal static class Crc32C
{
    /// <summary>CRC-32C of some bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
            crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }

    /// <summary>Rotated and shifted, so that a checksum of data that holds checksums stays good.</summary>
    public static uint Masked(ReadOnlySpan<byte> bytes) => BitOperations.RotateRight(Of(bytes), 15) + 0xA282EAD8;
}
