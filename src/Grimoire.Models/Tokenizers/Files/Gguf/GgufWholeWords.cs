using System.Text;
using Grimoire.Models.Formats;

namespace Grimoire.Models.Tokenizers;

/// <summary>
/// Vocabularies of characters and of whole words, for which llama.cpp has no kind: the file says that it has none, so that llama.cpp opens it for those who
/// have token ids, and carries the whole <c>tokenizer.json</c> under the key that GGUF keeps for it.
/// </summary>
internal static class GgufWholeWords
{
    /// <summary>What llama.cpp takes for no vocabulary.</summary>
    public const string Kind = "none";

    /// <summary>Whether a tokenizer's pieces are characters or words: without merges nothing is cut any further.</summary>
    public static bool Takes(Tokenizer tokenizer) =>
        tokenizer.Model is WordLevel or Bpe { Merges.Count: 0, Settings: { ByteLevel: false, ByteFallback: false } } && !tokenizer.Decoder.ByteLevel;

    public static Tokenizer Read(GgufMetadata metadata)
    {
        JsonPlace json = JsonPlace.Parse(Encoding.UTF8.GetBytes(metadata.Text(GgufKeys.WholeFile)), GgufKeys.WholeFile);
        Tokenizer unnamed = TokenizerJson.Read(json, new TokenizerSettings());
        return TokenizerJson.Read(json, new TokenizerSettings { BeginOfText = Named(GgufKeys.Begin), EndOfText = Named(GgufKeys.End) });

        string? Named(string key)
        {
            if (!metadata.Has(key))
                return null;
            int id = metadata.Int(key);
            return unnamed.AddedTokens.FirstOrDefault(token => token.Id == id)?.Content ?? unnamed.Model.Vocabulary[id]
                ?? throw metadata.Refusal(key, "the tokenizer has no such id");
        }
    }

    public static List<KeyValuePair<string, GgufValue>> Write(Tokenizer tokenizer)
    {
        using var file = new MemoryStream();
        TokenizerJson.Write(tokenizer, file);
        return [new(GgufKeys.Model, GgufValue.Of(Kind)), new(GgufKeys.WholeFile, GgufValue.Of(Encoding.UTF8.GetString(file.ToArray())))];
    }
}
