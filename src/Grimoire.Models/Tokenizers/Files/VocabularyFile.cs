using System.Text;
using Grimoire.Models.Formats;

namespace Grimoire.Models.Tokenizers;

/// <summary>A tokenizer in one file, known by its content: names such as <c>tokenizer.model</c> say little.</summary>
internal static class VocabularyFile
{
    private const int Largest = 1 << 27;

    /// <summary>Opens <c>tokenizer.json</c>, GGUF, SentencePiece's and tiktoken's formats.</summary>
    /// <param name="path">The file.</param>
    /// <param name="settings">What files beside it say, read where the format leaves something to say.</param>
    /// <param name="added">Tokens that files beside it add.</param>
    /// <exception cref="GrimoireException">It is missing, broken or something else.</exception>
    public static Tokenizer Load(string path, Func<TokenizerSettings> settings, Func<IReadOnlyList<AddedToken>> added)
    {
        byte[] beginning = ReadBeginning(path);
        if (beginning.AsSpan().StartsWith("GGUF"u8))
            return GgufVocabulary.Read(GgufFile.Open(path).Metadata);
        if (SentencePieceFile.Recognizes(beginning))
            return SentencePieceTokenizer.Build(SentencePieceFile.Read(ReadBytes(path), path), settings(), added());
        if (Tiktoken.Recognizes(beginning))
            return Tiktoken.LoadKnown(path, settings(), added());
        return TokenizerJson.Read(JsonPlace.ReadFile(path), settings());
    }

    /// <summary>A whole file, unless it is too large for a vocabulary.</summary>
    public static byte[] ReadBytes(string path) => Reading(path, () =>
    {
        long length = new FileInfo(path).Length;
        return length <= Largest
            ? File.ReadAllBytes(path)
            : throw new GrimoireException($"{path}: {length} bytes are too many for a vocabulary (limit {Largest}); is it the right file?");
    });

    /// <summary>The lines of a text file, without the carriage returns of other systems.</summary>
    public static IEnumerable<string> ReadLines(string path) => Encoding.UTF8.GetString(ReadBytes(path)).Split('\n').Select(line => line.TrimEnd('\r'));

    private static byte[] ReadBeginning(string path) => Reading(path, () =>
    {
        using FileStream stream = File.OpenRead(path);
        var bytes = new byte[256];
        return bytes[..stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
    });

    private static byte[] Reading(string path, Func<byte[]> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GrimoireException($"{path}: cannot be read ({e.Message.TrimEnd('.')}).", e);
        }
    }
}
