using System.Globalization;
using System.Text.Json;
using Grimoire.Models.Formats;
using Grimoire.Models.Tokenizers;

namespace Grimoire.Models;

/// <summary>
/// How a model's makers would have it sampled: what <c>generation_config.json</c> says, or a GGUF file under <c>general.sampling</c>. Null where nothing
/// is said.
/// </summary>
public sealed record GenerationDefaults
{
    private const string FileName = "generation_config.json";

    /// <summary>The keys of a GGUF file, in the order of <see cref="Said"/>.</summary>
    private static readonly string[] GgufKeys =
    [
        "general.sampling.temp", "general.sampling.top_k", "general.sampling.top_p", "general.sampling.min_p", "general.sampling.penalty_repeat",
    ];

    /// <summary>Nothing said.</summary>
    public static GenerationDefaults None { get; } = new();

    /// <summary>As <see cref="SamplingOptions.Temperature"/>; 0 where the file says not to sample.</summary>
    public double? Temperature { get; init; }

    /// <summary>As <see cref="SamplingOptions.TopK"/>.</summary>
    public int? TopK { get; init; }

    /// <summary>As <see cref="SamplingOptions.TopP"/>.</summary>
    public double? TopP { get; init; }

    /// <summary>As <see cref="SamplingOptions.MinP"/>.</summary>
    public double? MinP { get; init; }

    /// <summary>As <see cref="SamplingOptions.RepetitionPenalty"/>.</summary>
    public double? RepetitionPenalty { get; init; }

    /// <summary>Tokens that end a text, beside those the tokenizer knows.</summary>
    public IReadOnlyList<int> StopTokens { get; init; } = [];

    /// <summary>What is said of sampling, as in <c>temperature 0.6, top_p 0.95</c>; empty where nothing is.</summary>
    public string Words => string.Join(", ", Said.Where(pair => pair.Value is not null).Select(pair =>
        pair is ("temperature", 0) ? "do_sample false" : string.Create(CultureInfo.InvariantCulture, $"{pair.Name} {pair.Value}")));

    /// <summary>Reads the file of a folder, or what a GGUF file says under <c>general.sampling</c>; nothing where there is neither.</summary>
    /// <param name="path">A folder or a GGUF file.</param>
    /// <exception cref="GrimoireException">The file is broken or says something out of range.</exception>
    public static GenerationDefaults Read(string path)
    {
        string file = GgufModel.IsGguf(path) ? path : Path.Combine(path, FileName);
        if (!File.Exists(file))
            return None;
        GenerationDefaults defaults = file == path ? Of(GgufFile.Open(path).Metadata) : Of(JsonRecord.Read(file));
        try
        {
            defaults.Over(new SamplingOptions()).Validate();
        }
        catch (GrimoireException e)
        {
            throw new GrimoireException($"{file}: {e.Message}", e);
        }

        return defaults;
    }

    /// <summary>These sampling options with everything that is said laid over them.</summary>
    public SamplingOptions Over(SamplingOptions options) => options with
    {
        Temperature = Temperature ?? options.Temperature,
        TopK = TopK ?? options.TopK,
        TopP = TopP ?? options.TopP,
        MinP = MinP ?? options.MinP,
        RepetitionPenalty = RepetitionPenalty ?? options.RepetitionPenalty,
    };

    /// <summary>The same for a GGUF file.</summary>
    internal IEnumerable<KeyValuePair<string, GgufValue>> ToGguf() => GgufKeys
        .Zip(Said, (key, said) => (key, said.Name, said.Value))
        .Where(pair => pair.Value is not null)
        .Select(pair => KeyValuePair.Create(pair.key, pair.Name == "top_k" ? GgufValue.Of((int)pair.Value!) : GgufValue.Of((float)pair.Value!)));

    /// <summary>Writes the file, with the tokenizer's ids.</summary>
    internal void Write(string folder, Tokenizer tokenizer) => AtomicFile.Write(Path.Combine(folder, FileName), stream =>
    {
        int[] stops = [.. tokenizer.StopIds.Union(StopTokens)];
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteBoolean("_from_model_config", Words.Length == 0);
        json.WriteNumberOrNull("bos_token_id", tokenizer.BeginOfText);
        if (stops.Length <= 1)
        {
            json.WriteNumberOrNull("eos_token_id", stops.Length == 0 ? null : stops[0]);
        }
        else
        {
            json.WriteStartArray("eos_token_id");
            foreach (int id in stops)
                json.WriteNumberValue(id);
            json.WriteEndArray();
        }

        if (Words.Length > 0)
            json.WriteBoolean("do_sample", Temperature != 0);
        foreach ((string name, double? value) in Said)
        {
            if (value is { } number && (name != "temperature" || number > 0))
                json.WriteNumber(name, number);
        }

        json.WriteEndObject();
    });

    private static GenerationDefaults Of(JsonRecord json)
    {
        return new GenerationDefaults
        {
            Temperature = !json.Flag("do_sample", fallback: true) ? 0 : Number("temperature"),
            TopK = json.Has("top_k") ? Math.Max(0, json.Int("top_k", least: -1)) : null, // −1 is all in some files
            TopP = Number("top_p"),
            MinP = Number("min_p"),
            RepetitionPenalty = Number("repetition_penalty"),
            StopTokens = json.Ids("eos_token_id"),
        };

        double? Number(string key) => json.Has(key) ? json.Number(key) : null;
    }

    private static GenerationDefaults Of(GgufMetadata metadata)
    {
        return new GenerationDefaults
        {
            Temperature = Number(GgufKeys[0]),
            TopK = metadata.Has(GgufKeys[1]) ? Math.Max(0, metadata.Int(GgufKeys[1])) : null,
            TopP = Number(GgufKeys[2]),
            MinP = Number(GgufKeys[3]),
            RepetitionPenalty = Number(GgufKeys[4]),
        };

        // Single precision in the file: 0.7 is meant, not 0.699999988.
        double? Number(string key) => metadata.Has(key)
            ? double.Parse(((float)metadata.Number(key)).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)
            : null;
    }

    private IEnumerable<(string Name, double? Value)> Said =>
    [
        ("temperature", Temperature), ("top_k", TopK), ("top_p", TopP), ("min_p", MinP), ("repetition_penalty", RepetitionPenalty),
    ];
}
