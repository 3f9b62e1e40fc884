using System.Globalization;
using System.Text;
using System.Text.Json;
using Grimoire.Models.Formats;
using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>
/// An architecture as Hugging Face's files know it: a table that says how its <c>config.json</c> reads as a <see cref="ModelConfig"/> and what
/// its weights are called. How it computes is not its business; that is the <see cref="Transformer"/>'s.
/// </summary>
public sealed class Family
{
    internal Family(string name, string architecture, WeightMap weights, Func<JsonRecord, ModelConfig> read, Action<Utf8JsonWriter, ModelConfig> write) =>
        (Name, Architecture, Weights, Read, Write, TokenClassifier) = (name, architecture, weights, read, write, Labelled(architecture));

    /// <summary>All families.</summary>
    public static IReadOnlyList<Family> All => field ??=
    [
        Gpt2.Family, Llama.Family, Mistral.Family, Mixtral.Family, Qwen2.Family, Qwen3.Family, Qwen3Moe.Family, Gemma2.Family, Gemma3.Family, Phi3.Family,
        SmolLm3.Family, StableLm.Family, Bert.Family,
    ];

    /// <summary>Its name, which is Hugging Face's <c>model_type</c>.</summary>
    public string Name { get; }

    /// <summary>Hugging Face's class, as in <c>GPT2LMHeadModel</c>.</summary>
    public string Architecture { get; }

    /// <summary>
    /// Hugging Face's class of the same model with a head for scores in the unembedding's place, as in <c>LlamaForSequenceClassification</c>; null for an
    /// encoder, whose head for classes stands on a pooler.
    /// </summary>
    internal string? Classifier
    {
        get => field ?? (Architecture.EndsWith("ForCausalLM", StringComparison.Ordinal) || Architecture.EndsWith("LMHeadModel", StringComparison.Ordinal)
            ? Architecture.Replace("ForCausalLM", "", StringComparison.Ordinal).Replace("LMHeadModel", "", StringComparison.Ordinal)
                + "ForSequenceClassification"
            : null);
        init;
    }

    /// <summary>Hugging Face's class of the same model with a head that labels each token, as in <c>LlamaForTokenClassification</c>.</summary>
    internal string TokenClassifier { get; }

    /// <summary>Other classes and model types whose files hold the same model with more around it, which is left out.</summary>
    internal IReadOnlyList<(string Architecture, string Type)> Wrappers { get; init; } = [];

    internal WeightMap Weights { get; }

    private Func<JsonRecord, ModelConfig> Read { get; }

    private Action<Utf8JsonWriter, ModelConfig> Write { get; }

    /// <summary>The family of a name.</summary>
    /// <exception cref="GrimoireException">There is none.</exception>
    public static Family Named(string name) =>
        All.FirstOrDefault(family => family.Name == name)
        ?? throw new GrimoireException($"model family \"{name}\" is unknown; known are {Known(family => family.Name)}.");

    /// <summary>Reads a <c>config.json</c>.</summary>
    /// <exception cref="GrimoireException">The architecture, or a key that changes the forward pass, is not understood; both are named.</exception>
    public static ModelConfig ReadConfig(string path) => ReadConfig(JsonRecord.Read(path), path);

    /// <summary>The <c>config.json</c> of a model of this family.</summary>
    /// <param name="config">What it is.</param>
    /// <param name="type">How its weights are stored.</param>
    /// <param name="beginOfText">The id that begins a text, if there is one.</param>
    /// <param name="endOfText">The id that ends a text, if there is one.</param>
    /// <param name="padding">The id that fills up short texts where several are read at once, if there is one.</param>
    /// <param name="labels">The labels that a head on the model gives each token; null for a model without such a head.</param>
    /// <param name="scheme">How the labels are of spans, as in <c>iob2</c>; null where that is not said.</param>
    /// <exception cref="GrimoireException">The family's files cannot express this config.</exception>
    public string WriteConfig(
        ModelConfig config, DType type = DType.F32, int? beginOfText = null, int? endOfText = null, int? padding = null,
        IReadOnlyList<string>? labels = null, string? scheme = null)
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteStartArray("architectures");
            json.WriteStringValue(labels is not null ? TokenClassifier : config.IsTrunk ? Classifier : Architecture);
            json.WriteEndArray();
            json.WriteString("model_type", Name);
            Write(json, config);
            if (config.Head)
                json.WriteBoolean("tie_word_embeddings", config.TiedEmbeddings);
            json.WriteNumberOrNull("bos_token_id", beginOfText);
            json.WriteNumberOrNull("eos_token_id", endOfText);
            if (config.IsTrunk || labels is not null)
                WriteLabels(json, padding, labels ?? ["reward"]);
            if (scheme is not null)
                json.WriteString(ConfigKeys.LabelScheme, scheme);
            json.WriteString("torch_dtype", TorchName(type));
            json.WriteEndObject();
        }

        byte[] text = memory.ToArray();
        if (ReadConfig(JsonRecord.Parse(text, "config.json"), "config.json") is var read && read != config)
            throw new GrimoireException($"a {Name} config.json cannot express this model; it would be read as {read} instead of {config}.");
        return Encoding.UTF8.GetString(text) + "\n";
    }

    private static ModelConfig ReadConfig(JsonRecord json, string path)
    {
        Family family = Of(json, path);
        try
        {
            ModelConfig config = family.Read(json);
            if (json.Texts("architectures") is [var architecture] && architecture == family.Classifier)
                config = ReadLabel(json, config).Trunk();
            if (json.Texts("architectures") is [var labelled] && labelled == family.TokenClassifier)
                config = ReadLabels(json, config);
            RefuseUnknown(json, config);
            config.Validate();
            return config;
        }
        catch (GrimoireException e) when (!e.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw new GrimoireException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Refuses keys that the config was read without.</summary>
    internal static ModelConfig RefuseUnknown(JsonRecord json, ModelConfig config) =>
        json.Unasked.FirstOrDefault(key => !ConfigKeys.Harmless.Contains(key)) is { } unknown
            ? throw json.Refusal(unknown, $"the key is unknown in a {config.Family} model and may change what it computes; delete it if it does not")
            : config;

    private static Family Of(JsonRecord json, string path)
    {
        string[] architectures = json.Texts("architectures") ?? [];
        string type = json.Text("model_type", "");
        if (architectures.Length > 0)
        {
            return All.FirstOrDefault(family => architectures is [var only] && family.Is(only, type))
                ?? throw json.Refusal("architectures", $"unknown (with model_type \"{type}\"); known are {Known(family => family.Architecture)}");
        }

        return All.FirstOrDefault(family => family.Name == type)
            ?? throw new GrimoireException($"{path}: model_type \"{type}\" is unknown; known are {Known(family => family.Name)}.");
    }

    private bool Is(string architecture, string type)
    {
        bool Named(string one, string name) => architecture == one && (type.Length == 0 || type == name);
        return Named(Architecture, Name) || Named(Classifier ?? Architecture, Name) || Named(TokenClassifier, Name)
            || Wrappers.Any(wrapper => Named(wrapper.Architecture, wrapper.Type));
    }

    /// <summary>A score is one label. Several would be classes, of which nobody here knows what they mean.</summary>
    private static ModelConfig ReadLabel(JsonRecord json, ModelConfig config)
    {
        int labels = json.Object("id2label")?.Keys.Count() ?? json.Int("num_labels", 2);
        json.Skip("num_labels");
        return labels == 1 ? config : throw json.Refusal(json.Has("id2label") ? "id2label" : "num_labels",
            $"a reward model has one label, this is a classifier of {labels}");
    }

    /// <summary>What labels there are does not change the model under the head.</summary>
    private static ModelConfig ReadLabels(JsonRecord json, ModelConfig config)
    {
        json.Skip("num_labels");
        return config.Causal ? config.Trunk() : config;
    }

    private static void WriteLabels(Utf8JsonWriter json, int? padding, IReadOnlyList<string> labels)
    {
        json.WriteNumberOrNull("pad_token_id", padding);
        json.WriteNumber("num_labels", labels.Count);
        json.WriteStartObject("id2label");
        for (int i = 0; i < labels.Count; i++)
            json.WriteString(i.ToString(CultureInfo.InvariantCulture), labels[i]);
        json.WriteEndObject();
        json.WriteStartObject("label2id");
        for (int i = 0; i < labels.Count; i++)
            json.WriteNumber(labels[i], i);
        json.WriteEndObject();
    }

    private static string Labelled(string architecture)
    {
        string? ending = Array.Find((string[])["ForCausalLM", "LMHeadModel", "Model"], ending => architecture.EndsWith(ending, StringComparison.Ordinal));
        return architecture[..^(ending?.Length ?? 0)] + "ForTokenClassification";
    }

    private static string Known(Func<Family, string> word) => string.Join(", ", All.Select(word));

    private static string TorchName(DType type) => type switch
    {
        DType.F64 => "float64",
        DType.F16 => "float16",
        DType.BF16 => "bfloat16",
        _ => "float32",
    };
}
