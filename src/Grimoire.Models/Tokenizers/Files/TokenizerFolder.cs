using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Grimoire.Models.Tokenizers;

/// <summary>A tokenizer's files in a Hugging Face folder.</summary>
internal static class TokenizerFolder
{
    private const string Main = "tokenizer.json", Config = "tokenizer_config.json", SpecialMap = "special_tokens_map.json";
    private static readonly (string Vocabulary, string Merges)[] Pairs = [("vocab.json", "merges.txt"), ("encoder.json", "vocab.bpe")];

    public static Tokenizer Load(string path)
    {
        if (!Directory.Exists(path) && !File.Exists(path))
            throw new GrimoireException($"{path}: there is no such file or folder; give a tokenizer.json or the folder of a model.");
        string folder = Directory.Exists(path) ? path : Path.GetDirectoryName(Path.GetFullPath(path))!;
        string file = Directory.Exists(path) ? Path.Combine(path, Main) : path;
        try
        {
            if (File.Exists(file))
                return TokenizerJson.Read(JsonPlace.ReadFile(file), ReadSettings(folder));
            foreach ((string vocabulary, string merges) in Pairs)
            {
                if (File.Exists(Path.Combine(folder, vocabulary)) && File.Exists(Path.Combine(folder, merges)))
                    return VocabularyAndMerges.Load(Path.Combine(folder, vocabulary), Path.Combine(folder, merges), ReadConfig(folder), ReadSettings(folder));
            }
        }
        catch (GrimoireException e) when (!e.Message.StartsWith(folder, StringComparison.Ordinal) && !e.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw new GrimoireException($"{path}: {e.Message}", e);
        }

        throw new GrimoireException($"{path}: there is no tokenizer in this folder; a tokenizer.json, or vocab.json with merges.txt, is needed.");
    }

    public static void Save(Tokenizer tokenizer, string folder)
    {
        AtomicFile.Write(Path.Combine(folder, Main), stream => TokenizerJson.Write(tokenizer, stream));
        AtomicFile.Write(Path.Combine(folder, Config), stream => WriteConfig(tokenizer, stream));
    }

    private static JsonPlace ReadConfig(string folder)
    {
        string path = Path.Combine(folder, Config);
        return File.Exists(path) ? JsonPlace.ReadFile(path) : JsonPlace.Parse("{}"u8.ToArray(), path);
    }

    private static TokenizerSettings ReadSettings(string folder)
    {
        JsonPlace config = ReadConfig(folder);
        string mapPath = Path.Combine(folder, SpecialMap);
        JsonPlace map = File.Exists(mapPath) ? JsonPlace.ReadFile(mapPath) : JsonPlace.Parse("{}"u8.ToArray(), mapPath);
        return new TokenizerSettings
        {
            BeginOfText = Token(config["bos_token"]) ?? Token(map["bos_token"]),
            EndOfText = Token(config["eos_token"]) ?? Token(map["eos_token"]),
            AddBeginOfText = config["add_bos_token"].Flag(),
            AddEndOfText = config["add_eos_token"].Flag(),
            Json = config.RawText,
        };

        static string? Token(JsonPlace json) => json.Kind == JsonValueKind.Object ? json["content"].Text() : json.TextOrNull();
    }

    private static void WriteConfig(Tokenizer tokenizer, Stream stream)
    {
        JsonObject config = tokenizer.Settings.Json is { } json ? JsonNode.Parse(json)!.AsObject() : [];
        config.TryAdd("tokenizer_class", "PreTrainedTokenizerFast");
        config.TryAdd("clean_up_tokenization_spaces", false);
        config["bos_token"] = tokenizer.Settings.BeginOfText;
        config["eos_token"] = tokenizer.Settings.EndOfText;
        if (tokenizer.Model.Unknown is { } unknown)
            config["unk_token"] = unknown;
        config["add_bos_token"] = tokenizer.Pipeline.Template.Before.Length > 0;
        config["add_eos_token"] = tokenizer.Pipeline.Template.After.Length > 0;
        using var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        config.WriteTo(writer);
    }
}
