using System.Globalization;
using System.Text.Json;
using Grimoire.Models.Formats;
using Grimoire.Models.Tokenizers;

namespace Grimoire.Models;

/// <summary>How a model's makers would have it sampled: what <c>generation_config.json</c> says. Null where it says nothing.</summary>
public sealed record GenerationDefaults
{
    private const string FileName = "generation_config.json";

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

    /// <summary>Reads the file of a folder; nothing where there is none.</summary>
    /// <exception cref="GrimoireException">The file is broken or says something out of range.</exception>
    public static GenerationDefaults Read(string folder)
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            return None;
        JsonRecord json = JsonRecord.Read(path);
        var defaults = new GenerationDefaults
        {
            Temperature = !json.Flag("do_sample", fallback: true) ? 0 : Number("temperature"),
            TopK = json.Has("top_k") ? json.Int("top_k", least: 0) : null,
            TopP = Number("top_p"),
            MinP = Number("min_p"),
            RepetitionPenalty = Number("repetition_penalty"),
            StopTokens = json.Ids("eos_token_id"),
        };
        try
        {
            defaults.Over(new SamplingOptions()).Validate();
        }
        catch (GrimoireException e)
        {
            throw new GrimoireException($"{path}: {e.Message}", e);
        }

        return defaults;

        double? Number(string key) => json.Has(key) ? json.Number(key) : null;
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

    private IEnumerable<(string Name, double? Value)> Said =>
    [
        ("temperature", Temperature), ("top_k", TopK), ("top_p", TopP), ("min_p", MinP), ("repetition_penalty", RepetitionPenalty),
    ];
}
