namespace Grimoire.Models.Tokenizers;

/// <summary>
/// GPT-2's spelling of bytes as visible characters: printable Latin-1 stands for itself, the other 68 bytes are U+0100, U+0101, … So a space is spelled Ġ and a
/// newline Ċ.
/// </summary>
internal static class ByteAlphabet
{
    private static readonly char[] Spelling = BuildSpelling();
    private static readonly short[] Values = BuildValues();

    public static char ToChar(byte value) => Spelling[value];

    /// <summary>The bytes that a piece spells, or false where it holds a character outside the alphabet.</summary>
    public static bool TryDecode(ReadOnlySpan<char> piece, Span<byte> bytes)
    {
        for (int i = 0; i < piece.Length; i++)
        {
            if (piece[i] >= Values.Length || Values[piece[i]] < 0)
                return false;
            bytes[i] = (byte)Values[piece[i]];
        }

        return true;
    }

    public static string Spell(ReadOnlySpan<byte> bytes)
    {
        Span<char> chars = bytes.Length <= 256 ? stackalloc char[bytes.Length] : new char[bytes.Length];
        for (int i = 0; i < bytes.Length; i++)
            chars[i] = Spelling[bytes[i]];
        return new string(chars);
    }

    private static char[] BuildSpelling()
    {
        var spelling = new char[256];
        int next = 256;
        for (int value = 0; value < 256; value++)
        {
            bool printable = value is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE;
            spelling[value] = printable ? (char)value : (char)next++;
        }

        return spelling;
    }

    private static short[] BuildValues()
    {
        var values = new short[324];
        Array.Fill(values, (short)-1);
        for (int value = 0; value < 256; value++)
            values[Spelling[value]] = (short)value;
        return values;
    }
}
