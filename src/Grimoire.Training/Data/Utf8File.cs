using System.Buffers;
using System.Text.Unicode;

namespace Grimoire.Training.Data;

/// <summary>Reads a text file piece by piece and refuses what is not text, saying where.</summary>
internal static class Utf8File
{
    private const int ChunkBytes = 1 << 16;

    /// <summary>The characters of a file, in order, in chunks that never cut a character. A byte-order mark is passed over.</summary>
    /// <exception cref="GrimoireException">The file is missing, empty, holds a zero byte or is not UTF-8.</exception>
    public static IEnumerable<string> ReadChunks(string path)
    {
        using FileStream stream = Open(path);
        if (stream.Length == 0)
            throw new GrimoireException($"{path}: the file is empty; leave it out or give it some text.");

        byte[] bytes = new byte[ChunkBytes];
        char[] chars = new char[ChunkBytes];
        long offset = 0, line = 1;
        int held = 0;
        while (true)
        {
            int got = stream.ReadAtLeast(bytes.AsSpan(held), ChunkBytes - held, throwOnEndOfStream: false);
            int filled = held + got;
            if (filled == 0)
                yield break;
            int start = offset == 0 && bytes.AsSpan(0, filled).StartsWith("\uFEFF"u8) ? 3 : 0;
            (int read, int written) = Decode(path, bytes.AsSpan(0, filled), start, chars, offset, line, final: got == 0);
            line += chars.AsSpan(0, written).Count('\n');
            offset += read;
            held = filled - read;
            bytes.AsSpan(read, held).CopyTo(bytes);
            if (written > 0)
                yield return new string(chars, 0, written);
        }
    }

    private static (int Read, int Written) Decode(string path, Span<byte> bytes, int start, char[] chars, long offset, long line, bool final)
    {
        int zero = bytes.IndexOf((byte)0);
        if (zero >= 0)
            throw new GrimoireException($"{path}: zero byte at offset {offset + zero}: this looks like a binary file, not text; give UTF-8 text.");
        OperationStatus status = Utf8.ToUtf16(bytes[start..], chars, out int read, out int written, replaceInvalidSequences: false, isFinalBlock: final);
        if (status is OperationStatus.Done or OperationStatus.NeedMoreData)
            return (start + read, written);
        long badLine = line + chars.AsSpan(0, written).Count('\n');
        throw new GrimoireException(
            $"{path}, line {badLine}: byte 0x{bytes[start + read]:X2} at offset {offset + start + read} is not valid UTF-8; convert the file to UTF-8.");
    }

    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GrimoireException($"{path}: cannot be read ({e.Message.TrimEnd('.')}).", e);
        }
    }
}
