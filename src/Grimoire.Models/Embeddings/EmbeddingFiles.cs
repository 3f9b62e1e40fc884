using System.Text.Json;
using Grimoire.Models.Formats;
using Grimoire.Models.Tokenizers;

namespace Grimoire.Models;

/// <summary>What a model's files say of pooling. Whatever would change the vectors and is not done here is refused.</summary>
internal static class EmbeddingFiles
{
    private const string Modules = "modules.json", Limits = "sentence_bert_config.json", Prompts = "config_sentence_transformers.json";
    private const string PoolingPrefix = "pooling_mode_";

    private static readonly Dictionary<string, Pooling> Known = new(StringComparer.Ordinal)
    {
        ["mean"] = Pooling.Mean,
        ["mean_tokens"] = Pooling.Mean,
        ["cls"] = Pooling.First,
        ["cls_token"] = Pooling.First,
        ["lasttoken"] = Pooling.Last,
    };

    public static EmbeddingSettings OfFolder(string folder, EmbeddingSettings settings)
    {
        string modules = Path.Combine(folder, Modules);
        if (File.Exists(modules))
            settings = OfModules(modules, folder, settings);
        if (Existing(folder, Limits) is { } limits)
        {
            JsonRecord json = JsonRecord.Read(limits);
            settings = settings with { MaxTokens = json.Has("max_seq_length") ? json.Int("max_seq_length") : 0 };
            if (json.Flag("do_lower_case", fallback: false))
                throw json.Refusal("do_lower_case", "texts are not lowered here; let the tokenizer's normalizer do it");
        }

        if (Existing(folder, Prompts) is { } prompts)
        {
            JsonRecord json = JsonRecord.Read(prompts);
            string name = json.Text("default_prompt_name", fallback: "");
            if (name.Length > 0)
            {
                string? prefix = json.Object("prompts")?.Text(name);
                settings = settings with { Prefix = prefix ?? throw json.Refusal("default_prompt_name", "there is no such prompt") };
            }
        }

        return settings;
    }

    public static EmbeddingSettings OfGguf(string path, EmbeddingSettings usual)
    {
        GgufMetadata metadata = GgufFile.Open(path).Metadata;
        string key = $"{metadata.Text("general.architecture")}.pooling_type";
        return !metadata.Has(key) ? usual : metadata.Int(key) switch
        {
            0 => usual,
            1 => usual with { Pooling = Pooling.Mean },
            2 => usual with { Pooling = Pooling.First },
            3 => usual with { Pooling = Pooling.Last },
            _ => throw metadata.Refusal(key, "only mean (1), first (2) and last (3) are known"),
        };
    }

    /// <summary>The way of pooling as <see cref="OfGguf"/> reads it.</summary>
    public static KeyValuePair<string, GgufValue> Metadata(ModelConfig config, Pooling pooling) =>
        new($"{GgufArchitecture.Of(config).Name}.pooling_type", GgufValue.Of(pooling switch { Pooling.Mean => 1u, Pooling.First => 2u, _ => 3u }));

    /// <summary>Writes the files of sentence-transformers that <see cref="OfFolder"/> reads.</summary>
    public static void Write(string folder, EmbeddingSettings settings, int channels)
    {
        string mode = settings.Pooling switch { Pooling.Mean => "mean_tokens", Pooling.First => "cls_token", _ => "lasttoken" };
        string normalize = settings.Normalize ? """, {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}""" : "";
        string pooling = $$"""{"word_embedding_dimension": {{channels}}, "{{PoolingPrefix}}{{mode}}": true}""";
        AtomicFile.WriteText(Path.Combine(folder, "1_Pooling", ModelFolder.ConfigFile), pooling + "\n");
        AtomicFile.WriteText(Path.Combine(folder, Modules), $$"""
            [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}{{normalize}}]

            """);
    }

    private static EmbeddingSettings OfModules(string path, string folder, EmbeddingSettings settings)
    {
        settings = settings with { Normalize = false };
        foreach (JsonPlace module in JsonPlace.ReadFile(path).Items())
        {
            switch (module["type"].Text().Split('.')[^1])
            {
                case "Transformer":
                    break;
                case "Pooling":
                    settings = settings with { Pooling = PoolingOf(Path.Combine(folder, Below(module["path"]), ModelFolder.ConfigFile)) };
                    break;
                case "Normalize":
                    settings = settings with { Normalize = true };
                    break;
                case var other:
                    throw module["type"].Error($"is {other}; only Transformer, Pooling and Normalize are known.");
            }
        }

        return settings;
    }

    private static Pooling PoolingOf(string path)
    {
        JsonPlace json = JsonPlace.ReadFile(path);
        var modes = new List<(JsonPlace Place, string Name)>();
        foreach ((string name, JsonPlace value) in json.Members())
        {
            if (name.StartsWith(PoolingPrefix, StringComparison.Ordinal) && value.Flag())
                modes.Add((value, name[PoolingPrefix.Length..]));
            else if (name == "pooling_mode" && value.Kind == JsonValueKind.String)
                modes.Add((value, value.Text()));
        }

        if (modes.Count != 1)
            throw json.Error($"asks for {modes.Count} ways of pooling; one is needed.");
        return Known.TryGetValue(modes[0].Name, out Pooling pooling)
            ? pooling
            : throw modes[0].Place.Error("is not known; mean, the first token (cls) and the last one are.");
    }

    private static string? Existing(string folder, string name) => File.Exists(Path.Combine(folder, name)) ? Path.Combine(folder, name) : null;

    private static string Below(JsonPlace place)
    {
        string path = place.Text();
        return path.Contains("..", StringComparison.Ordinal) || Path.IsPathRooted(path) ? throw place.Error("leads out of the model's folder.") : path;
    }
}
