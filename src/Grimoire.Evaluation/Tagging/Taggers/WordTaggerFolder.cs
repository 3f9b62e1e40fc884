using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Grimoire.Models;
using Grimoire.Models.Formats;
using Grimoire.Tensors;

namespace Grimoire.Evaluation.Tagging;

/// <summary>
/// A <see cref="WordTagger"/> in a folder: <c>config.json</c> (sizes, labels, scheme), <c>vocabulary.json</c> (words, characters) and
/// <c>model.safetensors</c>.
/// </summary>
internal static class WordTaggerFolder
{
    private const string ConfigFile = "config.json", VocabularyFile = "vocabulary.json", WeightsFile = "model.safetensors", Type = "grimoire-word-tagger";
    private const int MostChannels = 1 << 14, MostLayers = 64;
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whether a folder holds one.</summary>
    public static bool Is(string folder) =>
        File.Exists(Path.Combine(folder, ConfigFile)) && File.Exists(Path.Combine(folder, VocabularyFile))
            && Read(folder, ConfigFile)["model_type"]?.GetValueKind() == JsonValueKind.String
        && Read(folder, ConfigFile)["model_type"]!.GetValue<string>() == Type;

    /// <summary>Writes it, each file whole or not at all, the config last.</summary>
    public static void Save(string folder, WordTagger tagger)
    {
        WordTaggerSettings sizes = tagger.Settings;
        Safetensors.Write(Path.Combine(folder, WeightsFile), tagger.AllParameters.Select(parameter => (parameter.Name, parameter.Tensor)));
        var vocabulary = new JsonObject { ["words"] = Texts(tagger.Vocabulary.Words), ["characters"] = Texts(tagger.Vocabulary.Characters) };
        AtomicFile.WriteText(Path.Combine(folder, VocabularyFile), vocabulary.ToJsonString(Readable) + "\n");
        var config = new JsonObject
        {
            ["model_type"] = Type,
            ["word_channels"] = sizes.WordChannels,
            ["character_channels"] = sizes.CharacterChannels,
            ["spelling_channels"] = sizes.SpellingChannels,
            ["channels"] = sizes.Channels,
            ["layers"] = sizes.Layers,
            ["crf"] = tagger.Transitions is not null,
            ["scheme"] = tagger.Tags.Scheme?.Name,
            ["labels"] = Texts(tagger.Tags.Labels),
        };
        AtomicFile.WriteText(Path.Combine(folder, ConfigFile), config.ToJsonString(Readable) + "\n");
    }

    /// <summary>Reads it.</summary>
    /// <exception cref="GrimoireException">A file is missing or damaged, or they do not belong together.</exception>
    public static WordTagger Load(string folder)
    {
        try
        {
            JsonObject config = Read(folder, ConfigFile), vocabulary = Read(folder, VocabularyFile);
            var settings = new WordTaggerSettings
            {
                WordChannels = Size(config, "word_channels", MostChannels),
                CharacterChannels = Size(config, "character_channels", MostChannels),
                SpellingChannels = Size(config, "spelling_channels", MostChannels),
                Channels = Size(config, "channels", MostChannels),
                Layers = Size(config, "layers", MostLayers),
            };
            LabelScheme? scheme = config["scheme"]?.GetValue<string>() is { } name ? LabelScheme.Named(name) : null;
            SafetensorsFile file = SafetensorsFile.Open(Path.Combine(folder, WeightsFile));
            return new WordTagger(
                settings, new WordVocabulary(Texts(vocabulary, "words"), Texts(vocabulary, "characters")), new TagSet(Texts(config, "labels"), scheme),
                config["crf"]?.GetValue<bool>() ?? false, (weight, shape) => Weight(file, weight, shape));
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or ArgumentException or NullReferenceException)
        {
            throw new GrimoireException(
                $"{folder}: {ConfigFile} or {VocabularyFile} is damaged ({e.Message.Split(". ")[0].TrimEnd('.')}); train the tagger again.", e);
        }
    }

    /// <summary>The weights in a folder, by name.</summary>
    public static IEnumerable<Parameter> Weights(string folder)
    {
        SafetensorsFile file = SafetensorsFile.Open(Path.Combine(folder, WeightsFile));
        return file.Entries.Select(entry => new Parameter(entry.Name, file.Tensor(entry.Name)));
    }

    private static Tensor Weight(SafetensorsFile file, string name, Shape shape)
    {
        if (!file.Contains(name) || file.Tensor(name) is not { DType: DType.F32 } stored || stored.Shape != shape)
            throw new GrimoireException($"{file.Path}: there is no {name} of shape {shape}; the files do not belong together.");
        return stored;
    }

    private static JsonObject Read(string folder, string name)
    {
        string path = Path.Combine(folder, name);
        try
        {
            return JsonNode.Parse(File.ReadAllBytes(path)) as JsonObject ?? throw new GrimoireException($"{path}: a JSON object is expected.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new GrimoireException($"{path}: cannot be read ({e.Message.Split(". ")[0].TrimEnd('.')}).", e);
        }
    }

    private static int Size(JsonObject config, string key, int most) =>
        config[key] is { } value && value.GetValueKind() == JsonValueKind.Number && value.AsValue().TryGetValue(out int size)
        && size >= 1 && size <= most ? size : throw new FormatException($"{key} is no whole number from 1 to {most}");

    private static string[] Texts(JsonObject json, string key) => json[key] is JsonArray list
        ? [.. list.Select(text => text!.GetValue<string>())] : throw new FormatException($"{key} is no list");

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode?)JsonValue.Create(text))]);
}
