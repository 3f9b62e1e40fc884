using System.Text.Json;

namespace Grimoire.Models.Tokenizers;

/// <summary>Writes the <c>model</c> of a tokenizer file.</summary>
internal static class ModelWriter
{
    public static void Write(Utf8JsonWriter json, TokenModel model)
    {
        switch (model)
        {
            case Bpe bpe:
                WriteBpe(json, bpe);
                break;
            case WordPiece wordPiece:
                json.WriteString("type", "WordPiece");
                json.WriteString("unk_token", wordPiece.Settings.Unknown);
                json.WriteString("continuing_subword_prefix", wordPiece.Settings.ContinuingPrefix);
                json.WriteNumber("max_input_chars_per_word", wordPiece.Settings.LongestWord);
                WriteVocabulary(json, model.Vocabulary);
                break;
            case Unigram unigram:
                WriteUnigram(json, unigram);
                break;
            default:
                json.WriteString("type", "WordLevel");
                WriteVocabulary(json, model.Vocabulary);
                json.WriteString("unk_token", model.Unknown);
                break;
        }
    }

    private static void WriteBpe(Utf8JsonWriter json, Bpe bpe)
    {
        json.WriteString("type", "BPE");
        json.WriteNull("dropout");
        json.WriteString("unk_token", bpe.Unknown);
        json.WriteString("continuing_subword_prefix", bpe.Settings.ContinuingPrefix.Length > 0 ? bpe.Settings.ContinuingPrefix : null);
        json.WriteString("end_of_word_suffix", bpe.Settings.EndOfWord.Length > 0 ? bpe.Settings.EndOfWord : null);
        json.WriteBoolean("fuse_unk", bpe.Settings.FuseUnknown);
        json.WriteBoolean("byte_fallback", bpe.Settings.ByteFallback);
        json.WriteBoolean("ignore_merges", bpe.Settings.IgnoreMerges);
        WriteVocabulary(json, bpe.Vocabulary);
        json.WriteStartArray("merges");
        foreach (Merge merge in bpe.Merges)
        {
            json.WriteStartArray();
            json.WriteStringValue(bpe.Vocabulary[merge.Left]);
            json.WriteStringValue(bpe.Vocabulary[merge.Right]);
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    /// <summary>The format has no ids here but counts: it cannot leave one out.</summary>
    private static void WriteUnigram(Utf8JsonWriter json, Unigram unigram)
    {
        json.WriteString("type", "Unigram");
        if (unigram.Unknown is { } unknown && unigram.Vocabulary.Find(unknown) is { } id)
            json.WriteNumber("unk_id", id);
        else
            json.WriteNull("unk_id");
        json.WriteStartArray("vocab");
        for (int piece = 0; piece < unigram.Vocabulary.Size; piece++)
        {
            json.WriteStartArray();
            json.WriteStringValue(unigram.Vocabulary[piece]
                ?? throw new GrimoireException($"The id {piece} has no piece, and a unigram model's file cannot leave one out; give every id a piece."));
            json.WriteNumberValue(unigram.Scores[piece]);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteBoolean("byte_fallback", unigram.Settings.ByteFallback);
    }

    private static void WriteVocabulary(Utf8JsonWriter json, Vocabulary vocabulary)
    {
        json.WriteStartObject("vocab");
        for (int id = 0; id < vocabulary.Size; id++)
        {
            if (vocabulary[id] is { } piece)
                json.WriteNumber(piece, id);
        }

        json.WriteEndObject();
    }
}
