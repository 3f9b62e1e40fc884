using System.Text;

namespace Grimoire.Models.Tokenizers;

/// <summary>Reads a text file piece by piece, cut only where every pre-tokenisation pattern cuts too: between a word and a space before a letter.</summary>
internal static class TextChunks
{
    private const int ChunkLength = 1 << 20, LongestSearch = 1 << 24;

    public static IEnumerable<string> Read(string path)
    {
        using StreamReader reader = Open(path);
        var buffer = new char[ChunkLength];
        var text = new StringBuilder();
        int read;
        do
        {
            read = Fill(reader, buffer, path);
            text.Append(buffer, 0, read);
            if (read > 0 && text.Length < ChunkLength)
                continue;
            string whole = text.ToString();
            int cut = read == 0 ? whole.Length : LastCut(whole);
            if (cut == 0)
                continue;
            text.Clear().Append(whole, cut, whole.Length - cut);
            yield return whole[..cut];
        }
        while (read > 0);
    }

    /// <summary>The last place to cut, or 0 to read on. A text without any (base pairs, say) is cut anyhow once it is very long.</summary>
    internal static int LastCut(string text)
    {
        for (int i = text.Length - 2; i > 0; i--)
        {
            if (text[i] == ' ' && char.IsLetter(text[i + 1]) && char.IsLetter(text[i - 1]))
                return i;
        }

        return text.Length < LongestSearch ? 0 : char.IsHighSurrogate(text[^1]) ? text.Length - 1 : text.Length;
    }

    private static StreamReader Open(string path)
    {
        try
        {
            return new StreamReader(
                path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: true, 1 << 16);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GrimoireException($"{path}: cannot be read ({e.Message.TrimEnd('.')}).", e);
        }
    }

    private static int Fill(StreamReader reader, char[] buffer, string path)
    {
        try
        {
            int read = reader.ReadBlock(buffer);
            if (buffer.AsSpan(0, read).Contains('\0'))
                throw new GrimoireException($"{path}: this is no text file (it holds a zero byte); give text in UTF-8.");
            return read;
        }
        catch (DecoderFallbackException e)
        {
            throw new GrimoireException($"{path}: this is no text in UTF-8; convert it first.", e);
        }
        catch (IOException e)
        {
            throw new GrimoireException($"{path}: cannot be read ({e.Message.TrimEnd('.')}).", e);
        }
    }
}
