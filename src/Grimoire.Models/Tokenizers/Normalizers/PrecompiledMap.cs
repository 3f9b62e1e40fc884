using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Grimoire.Models.Tokenizers;

/// <summary>
/// SentencePiece's precompiled map of characters: a double-array trie (Aoe 1989) whose keys are UTF-8 texts and whose values are places in a
/// list of replacements, each ended by a zero. Whatever its numbers say, no look-up leaves the arrays or goes on for more than a few steps.
/// </summary>
internal sealed class PrecompiledMap
{
    private const int LongestKey = 64;
    private readonly uint[] _units;
    private readonly byte[] _replacements;

    private PrecompiledMap(uint[] units, byte[] replacements)
    {
        _units = units;
        _replacements = replacements;
    }

    /// <summary>Reads the bytes of a map: the trie's length in bytes, the trie, the replacements.</summary>
    /// <returns>Null where the bytes are no such map.</returns>
    public static PrecompiledMap? TryParse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 4)
            return null;
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        bytes = bytes[4..];
        if (length == 0 || length % 4 != 0 || length > bytes.Length)
            return null;
        var units = new uint[length / 4];
        MemoryMarshal.Cast<byte, uint>(bytes[..(int)length]).CopyTo(units);
        if (!BitConverter.IsLittleEndian)
            BinaryPrimitives.ReverseEndianness(units, units);
        return new PrecompiledMap(units, bytes[(int)length..].ToArray());
    }

    /// <summary>The replacement for a beginning of <paramref name="utf8"/>, the longest or the shortest that has one.</summary>
    /// <returns>Whether there is one.</returns>
    public bool TryReplace(ReadOnlySpan<byte> utf8, bool longest, out int length, out ReadOnlySpan<byte> replacement)
    {
        length = 0;
        uint value = 0, node = Offset(_units[0]);
        for (int i = 0; i < utf8.Length && i < LongestKey && utf8[i] != 0; i++)
        {
            node ^= utf8[i];
            if (node >= (uint)_units.Length || Label(_units[node]) != utf8[i])
                break;
            uint unit = _units[node];
            node ^= Offset(unit);
            if ((unit >> 8 & 1) == 0 || node >= (uint)_units.Length)
                continue;
            (value, length) = (_units[node] & int.MaxValue, i + 1);
            if (!longest)
                break;
        }

        replacement = default;
        if (length == 0 || value >= (uint)_replacements.Length)
            return false;
        replacement = _replacements.AsSpan((int)value);
        int end = replacement.IndexOf((byte)0);
        replacement = end < 0 ? replacement : replacement[..end];
        return true;
    }

    private static uint Offset(uint unit) => (unit >> 10) << (int)((unit & 1u << 9) >> 6);

    private static uint Label(uint unit) => unit & (1u << 31 | 0xFF);
}

/// <summary>
/// Normalises with SentencePiece's map. SentencePiece replaces the longest texts it knows, from left to right. Hugging Face's libraries ask for whole graphemes
/// of up to five bytes first, of which the shortest known beginning counts, and then for single characters.
/// </summary>
internal sealed class Precompiled(PrecompiledMap map, bool byGrapheme) : Normalizer
{
    private const int LongestGrapheme = 5;

    public override ReadOnlySpan<char> Normalize(ReadOnlySpan<char> text)
    {
        var result = new ArrayBufferWriter<byte>(text.Length + 16);
        if (byGrapheme)
        {
            for (int at = 0, length; at < text.Length; at += length)
            {
                length = StringInfo.GetNextTextElementLength(text[at..]);
                AddGrapheme(text.Slice(at, length), result);
            }
        }
        else
        {
            AddLongest(text, result);
        }

        return Encoding.UTF8.GetString(result.WrittenSpan);
    }

    private void AddLongest(ReadOnlySpan<char> text, ArrayBufferWriter<byte> result)
    {
        var utf8 = new byte[Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, utf8);
        for (int at = 0; at < utf8.Length;)
        {
            if (!map.TryReplace(utf8.AsSpan(at), longest: true, out int length, out ReadOnlySpan<byte> replacement))
            {
                Rune.DecodeFromUtf8(utf8.AsSpan(at), out _, out length);
                replacement = utf8.AsSpan(at, length);
            }

            result.Write(replacement);
            at += length;
        }
    }

    private void AddGrapheme(ReadOnlySpan<char> grapheme, ArrayBufferWriter<byte> result)
    {
        Span<byte> utf8 = stackalloc byte[3 * LongestGrapheme];
        if (grapheme.Length <= LongestGrapheme && Encoding.UTF8.GetBytes(grapheme, utf8) is <= LongestGrapheme and int bytes
            && map.TryReplace(utf8[..bytes], longest: false, out _, out ReadOnlySpan<byte> replacement))
        {
            result.Write(replacement);
            return;
        }

        foreach (Rune rune in grapheme.EnumerateRunes())
        {
            ReadOnlySpan<byte> character = utf8[..rune.EncodeToUtf8(utf8)];
            result.Write(map.TryReplace(character, longest: false, out _, out replacement) ? replacement : character);
        }
    }
}
