namespace Grimoire.Tensors;

/// <summary>Sixteen rows of something side by side: how a record of <see cref="IPackedBlock"/> is put together.</summary>
/// <remarks>Codes are those of 32 inputs, a byte each, row after row: eight 32-bit words a row, of which word i is what the row has in quad i.</remarks>
internal static unsafe class Interleave
{
    public const int Rows = 16;

    /// <summary>Bytes of the codes of one group of 32 inputs.</summary>
    public const int Codes = Rows * 32;

    /// <summary>Sixteen binary16 numbers, one of each row, the missing ones 0.</summary>
    public static void Halves(byte* numbers, nint stride, int rows, byte* vector)
    {
        for (int row = 0; row < Rows; row++)
            ((ushort*)vector)[row] = row < rows ? *(ushort*)(numbers + (row * stride)) : (ushort)0;
    }

    /// <summary>Bytes, <paramref name="count"/> a row: vector i, of sixteen bytes, has byte i of each row, the missing ones 0.</summary>
    public static void Single(byte* numbers, nint stride, int rows, int count, byte* vectors)
    {
        for (int i = 0; i < count; i++)
        {
            for (int row = 0; row < Rows; row++)
                vectors[(i * Rows) + row] = row < rows ? numbers[(row * stride) + i] : (byte)0;
        }
    }

    /// <summary>Codes of eight bits: vector i is quad i.</summary>
    public static void Bytes(byte* codes, byte* vectors)
    {
        uint* to = (uint*)vectors;
        for (int row = 0; row < Rows; row++)
        {
            uint* from = (uint*)codes + (row * 8);
            for (int i = 0; i < 8; i++)
                to[(i * Rows) + row] = from[i];
        }
    }

    /// <summary>The lower four bits of codes: vector i has those of quad i below those of quad i + 4.</summary>
    public static void Nibbles(byte* codes, byte* vectors)
    {
        uint* to = (uint*)vectors;
        for (int row = 0; row < Rows; row++)
        {
            uint* from = (uint*)codes + (row * 8);
            for (int i = 0; i < 4; i++)
                to[(i * Rows) + row] = (from[i] & 0x0F0F0F0F) | ((from[i + 4] & 0x0F0F0F0F) << 4);
        }
    }

    /// <summary>Two bits of codes from <paramref name="first"/> on: bits 2j and 2j + 1 of vector h are those of quad 4h + j.</summary>
    public static void TwoBits(byte* codes, int first, byte* vectors)
    {
        uint* to = (uint*)vectors;
        for (int row = 0; row < Rows; row++)
        {
            uint* from = (uint*)codes + (row * 8);
            for (int h = 0; h < 2; h++, from += 4)
                to[(h * Rows) + row] = Two(from[0], first) | (Two(from[1], first) << 2) | (Two(from[2], first) << 4) | (Two(from[3], first) << 6);
        }
    }

    /// <summary>One bit of codes: bit i of the vector is that of quad i.</summary>
    public static void OneBit(byte* codes, int bit, byte* vector)
    {
        uint* to = (uint*)vector;
        for (int row = 0; row < Rows; row++)
        {
            uint* from = (uint*)codes + (row * 8);
            uint bits = 0;
            for (int i = 0; i < 8; i++)
                bits |= ((from[i] >> bit) & 0x01010101) << i;
            to[row] = bits;
        }
    }

    private static uint Two(uint codes, int first) => (codes >> first) & 0x03030303;
}
