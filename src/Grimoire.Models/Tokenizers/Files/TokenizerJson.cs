using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Grimoire.Models.Tokenizers;

/// <summary>The file <c>tokenizer.json</c> of Hugging Face's tokenizers, version 1.0, in and out.</summary>
internal static class TokenizerJson
{
    /// <summary>No tokenizer has ids near this; a larger one in a file would only cost memory.</summary>
    public const int LargestId = (1 << 22) - 1;

    public static Tokenizer Read(JsonPlace root, TokenizerSettings settings)
    {
        // Keys outside these (truncation and padding) belong to batches, not to ids of a text.
        var parts = new TokenizerParts
        {
            Normalizer = Raw(root["normalizer"]),
            PreTokenizer = Raw(root["pre_tokenizer"]),
            PostProcessor = Raw(root["post_processor"]),
            Decoder = Raw(root["decoder"]),
            LikeSentencePiece = settings.LikeSentencePiece,
        };
        Vocabulary vocabulary = ModelReader.ReadVocabulary(root["model"]);
        List<AddedToken> added = ReadAddedTokens(root["added_tokens"], vocabulary);
        HashSet<int> special = [.. added.Where(token => token.Special).Select(token => token.Id)];
        TokenModel model = ModelReader.Read(
            root["model"], vocabulary, special, PreTokenizerReader.EndsInBytes(root["pre_tokenizer"]), settings.LikeSentencePiece);
        return Create(Build(model, parts, root), added, settings);

        static string? Raw(JsonPlace json) => json.IsNull ? null : json.RawText;
    }

    /// <summary>A tokenizer from a model made in memory and the JSON of the other steps.</summary>
    public static Tokenizer Create(TokenModel model, TokenizerParts parts, IReadOnlyList<AddedToken> added, TokenizerSettings settings)
    {
        string root = $$"""
            {"normalizer":{{parts.Normalizer ?? "null"}},"pre_tokenizer":{{parts.PreTokenizer ?? "null"}},"post_processor":{{parts.PostProcessor ?? "null"}},"decoder":{{parts.Decoder ?? "null"}}}
            """;
        return Create(Build(model, parts, JsonPlace.Parse(Encoding.UTF8.GetBytes(root), "tokenizer")), added, settings);
    }

    public static void Write(Tokenizer tokenizer, Stream stream)
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteString("version", "1.0");
        json.WriteNull("truncation");
        json.WriteNull("padding");
        WriteAddedTokens(json, tokenizer.AddedTokens);
        TokenizerParts parts = tokenizer.Pipeline.Parts;
        foreach ((string name, string? part) in ((string, string?)[])
        [
            ("normalizer", parts.Normalizer), ("pre_tokenizer", parts.PreTokenizer), ("post_processor", parts.PostProcessor), ("decoder", parts.Decoder),
        ])
        {
            json.WritePropertyName(name);
            json.WriteRawValue(part ?? "null");
        }

        json.WriteStartObject("model");
        ModelWriter.Write(json, tokenizer.Model);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static TokenizerPipeline Build(TokenModel model, TokenizerParts parts, JsonPlace root) => new(model, parts)
    {
        Normalizer = NormalizerReader.Read(root["normalizer"], parts.LikeSentencePiece),
        PreTokenizer = PreTokenizerReader.Read(root["pre_tokenizer"], spell: model is not Bpe { Settings.ByteLevel: true }),
        Template = PostProcessorReader.Read(root["post_processor"]),
        Decoder = DecoderReader.Read(root["decoder"]),
    };

    private static Tokenizer Create(TokenizerPipeline pipeline, IReadOnlyList<AddedToken> added, TokenizerSettings settings)
    {
        var tokenizer = new Tokenizer(pipeline, added, settings);
        if (pipeline.Parts.PostProcessor is not null || !(settings.AddBeginOfText == true || settings.AddEndOfText == true))
            return tokenizer;
        // Files without a template leave it to the configuration which ids stand around a text.
        int[] before = settings.AddBeginOfText == true && tokenizer.BeginOfText is { } begin ? [begin] : [];
        int[] after = settings.AddEndOfText == true && tokenizer.EndOfText is { } end ? [end] : [];
        return new Tokenizer(pipeline with { Template = new Template(before, after) }, added, settings);
    }

    private static List<AddedToken> ReadAddedTokens(JsonPlace json, Vocabulary vocabulary)
    {
        List<AddedToken> tokens = [];
        var ids = new HashSet<int>();
        if (json.IsNull)
            return tokens;
        foreach (JsonPlace item in json.Items())
        {
            AddedToken token = ReadAddedToken(item, item["id"].Number(LargestId));
            if (!ids.Add(token.Id))
                throw item["id"].Error($"is {token.Id}, which another added token has already.");
            if ((vocabulary[token.Id] is { } piece && piece != token.Content) || (vocabulary.Find(token.Content) is { } other && other != token.Id))
                throw item.Error($"gives {token.Content.Quoted()} the id {token.Id}, but the model's vocabulary says otherwise.");
            tokens.Add(token);
        }

        return tokens;
    }

    public static AddedToken ReadAddedToken(JsonPlace json, int id)
    {
        bool special = json["special"].Flag();
        return new AddedToken(id, json["content"].Text())
        {
            Special = special,
            SingleWord = json["single_word"].Flag(),
            StripLeft = json["lstrip"].Flag(),
            StripRight = json["rstrip"].Flag(),
            Normalized = json["normalized"].Flag(!special),
        };
    }

    private static void WriteAddedTokens(Utf8JsonWriter json, IReadOnlyList<AddedToken> tokens)
    {
        json.WriteStartArray("added_tokens");
        foreach (AddedToken token in tokens)
        {
            json.WriteStartObject();
            json.WriteNumber("id", token.Id);
            json.WriteString("content", token.Content);
            json.WriteBoolean("single_word", token.SingleWord);
            json.WriteBoolean("lstrip", token.StripLeft);
            json.WriteBoolean("rstrip", token.StripRight);
            json.WriteBoolean("normalized", token.Normalized);
            json.WriteBoolean("special", token.Special);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
