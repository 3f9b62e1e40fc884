using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Grimoire.Models.Tokenizers;

/// <summary>A tokenizer's files in a Hugging Face folder.</summary>
internal static class TokenizerFolder
{
    private const string Main = "tokenizer.json", Config = "tokenizer_config.json", SpecialMap = "special_tokens_map.json", Added = "added_tokens.json",
        WordPieces = "vocab.txt";

    /// <summary>A key of our own: see <see cref="TokenizerParts.LikeSentencePiece"/>.</summary>
    private const string LikeSentencePiece = "like_sentencepiece";

    private static readonly string[] SentencePieceNames = ["tokenizer.model", "spiece.model"];
    private static readonly (string Vocabulary, string Merges)[] Pairs = [("vocab.json", "merges.txt"), ("encoder.json", "vocab.bpe")];

    public static Tokenizer Load(string path)
    {
        if (!Directory.Exists(path) && !File.Exists(path))
            throw new GrimoireException($"{path}: there is no such file or folder; give a tokenizer.json or the folder of a model.");
        string folder = Directory.Exists(path) ? path : Path.GetDirectoryName(Path.GetFullPath(path))!;
        try
        {
            if (File.Exists(path) || FindIn(folder, Main) is not null)
                return VocabularyFile.Load(File.Exists(path) ? path : Path.Combine(folder, Main), () => ReadSettings(folder), () => ReadAdded(folder));
            foreach ((string vocabulary, string merges) in Pairs)
            {
                if (FindIn(folder, vocabulary) is { } pieces && FindIn(folder, merges) is { } pairs)
                    return VocabularyAndMerges.Load(pieces, pairs, ReadConfig(folder), ReadSettings(folder));
            }

            if (FindIn(folder, SentencePieceNames) is { } model)
                return VocabularyFile.Load(model, () => ReadSettings(folder), () => ReadAdded(folder));
            if (FindIn(folder, WordPieces) is { } pieceText)
                return VocabularyText.Load(pieceText, ReadConfig(folder), ReadSettings(folder));
        }
        catch (GrimoireException e) when (!e.Message.StartsWith(folder, StringComparison.Ordinal) && !e.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw new GrimoireException($"{path}: {e.Message}", e);
        }

        throw new GrimoireException($"{path}: there is no tokenizer in this folder; a tokenizer.json, " +
            "or vocab.json with merges.txt, or a tokenizer.model, or BERT's vocab.txt is needed.");
    }

    public static void Save(Tokenizer tokenizer, string folder)
    {
        AtomicFile.Write(Path.Combine(folder, Main), stream => TokenizerJson.Write(tokenizer, stream));
        AtomicFile.Write(Path.Combine(folder, Config), stream => WriteConfig(tokenizer, stream));
    }

    private static string? FindIn(string folder, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (Path.Combine(folder, name) is var path && File.Exists(path))
                return path;
        }

        return null;
    }

    private static JsonPlace ReadConfig(string folder) => ReadOrEmpty(folder, Config);

    private static JsonPlace ReadOrEmpty(string folder, string name)
    {
        string path = Path.Combine(folder, name);
        return File.Exists(path) ? JsonPlace.ReadFile(path) : JsonPlace.Parse("{}"u8.ToArray(), path);
    }

    /// <summary>The tokens that a folder adds to a vocabulary which is not in <c>tokenizer.json</c>.</summary>
    private static List<AddedToken> ReadAdded(string folder)
    {
        List<AddedToken> tokens = VocabularyAndMerges.ReadAddedTokens(ReadConfig(folder)["added_tokens_decoder"]);
        foreach ((string content, JsonPlace id) in ReadOrEmpty(folder, Added).Members())
        {
            // The older file of the two says nothing but the ids.
            if (id.Number(TokenizerJson.LargestId) is var number && !tokens.Exists(token => token.Id == number))
                tokens.Add(new AddedToken(number, content));
        }

        return tokens;
    }

    private static TokenizerSettings ReadSettings(string folder)
    {
        JsonPlace config = ReadConfig(folder);
        JsonPlace map = ReadOrEmpty(folder, SpecialMap);
        return new TokenizerSettings
        {
            BeginOfText = TokenText(config["bos_token"]) ?? TokenText(map["bos_token"]),
            EndOfText = TokenText(config["eos_token"]) ?? TokenText(map["eos_token"]),
            TurnEnds = [.. ((string[])["eot_token", "eom_token"]).Select(name => TokenText(config[name])).OfType<string>()],
            LikeSentencePiece = config[LikeSentencePiece].Flag(),
            AddBeginOfText = config["add_bos_token"].FlagOrNull(),
            AddEndOfText = config["add_eos_token"].FlagOrNull(),
            Json = config.RawText,
        };
    }

    /// <summary>A token as a configuration names it: its text, or an object with the text as <c>content</c>.</summary>
    public static string? TokenText(JsonPlace json) => json.Kind == JsonValueKind.Object ? json["content"].Text() : json.TextOrNull();

    private static void WriteConfig(Tokenizer tokenizer, Stream stream)
    {
        JsonObject config = [];
        // Of a key that comes twice the last counts, as it does where the file is read.
        if (tokenizer.Settings.Json is { } json)
        {
            foreach ((string name, JsonPlace value) in JsonPlace.Parse(Encoding.UTF8.GetBytes(json), Config).Members())
                config[name] = JsonNode.Parse(value.RawText);
        }

        config.TryAdd("tokenizer_class", "PreTrainedTokenizerFast");
        config.TryAdd("clean_up_tokenization_spaces", false);
        if (tokenizer.Pipeline.Parts.LikeSentencePiece)
            config[LikeSentencePiece] = true;
        config["bos_token"] = tokenizer.Settings.BeginOfText;
        config["eos_token"] = tokenizer.Settings.EndOfText;
        if (tokenizer.Model.Unknown is { } unknown)
            config["unk_token"] = unknown;
        config["add_bos_token"] = tokenizer.Pipeline.Template.Before.Length > 0;
        config["add_eos_token"] = tokenizer.Pipeline.Template.After.Length > 0;
        using var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        try
        {
            config.WriteTo(writer);
        }
        catch (InvalidOperationException e)
        {
            throw new GrimoireException(
                $"{Config} holds text that is no valid Unicode (half of a surrogate pair), which cannot be written again; repair the file.", e);
        }
    }
}
