using System.Security.Cryptography;
using Grimoire.Models.Tokenizers;

namespace Grimoire.Training.Data;

/// <summary>What building token shards needs to know of a tokenizer.</summary>
/// <param name="Encode">Text to token ids; called from several threads at once.</param>
/// <param name="VocabularySize">Every id is below this.</param>
/// <param name="EndOfText">
/// The id put after each document, or null where the vocabulary has none: then a document that is a line ends with its line break, and other documents follow
/// each other with nothing between.
/// </param>
/// <param name="Hash">Changes whenever an id could: shards are built anew when it differs.</param>
public sealed record TextEncoder(Func<string, int[]> Encode, int VocabularySize, int? EndOfText, string Hash)
{
    /// <summary>The encoder of a tokenizer that lies in a folder; the hash is that of its <c>tokenizer.json</c>.</summary>
    /// <exception cref="GrimoireException">The folder holds no <c>tokenizer.json</c>.</exception>
    public static TextEncoder Of(Tokenizer tokenizer, string folder)
    {
        string path = Path.Combine(folder, "tokenizer.json");
        try
        {
            string hash = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));
            return new TextEncoder(text => tokenizer.Encode(text), tokenizer.VocabularySize, tokenizer.EndOfText, hash);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GrimoireException($"{path}: cannot be read ({e.Message.TrimEnd('.')}); save the tokenizer there first.", e);
        }
    }
}

/// <summary>How a corpus is divided into training and validation text.</summary>
/// <param name="Fraction">
/// Share held out, in [0, 1). With enough documents it is that share of the documents, chosen by the seed; otherwise it is the end of the text, as nanoGPT
/// does (first 90 % training, last 10 % validation). Unused where a validation corpus is given.
/// </param>
/// <param name="Seed">Chooses the documents held out.</param>
public sealed record SplitSettings(double Fraction = 0.1, ulong Seed = 0);

/// <summary>How far the encoding of a corpus is.</summary>
/// <param name="Bytes">UTF-8 bytes encoded.</param>
/// <param name="TotalBytes">UTF-8 bytes there are.</param>
/// <param name="Tokens">Tokens written.</param>
public sealed record EncodingProgress(long Bytes, long TotalBytes, long Tokens);
