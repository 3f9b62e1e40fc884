using Grimoire.Models.Formats;

namespace Grimoire.Models;

/// <summary>
/// An architecture as GGUF files know it: how their metadata reads as a <see cref="ModelConfig"/>, and what the weights are called. The GGUF side of one or
/// more families.
/// </summary>
/// <param name="Name">What <c>general.architecture</c> says.</param>
/// <param name="Families">The families whose models it holds.</param>
/// <param name="Weights">The names.</param>
/// <param name="Read">Reads the keys.</param>
/// <param name="Write">Writes what <paramref name="Read"/> reads.</param>
/// <param name="Interleaved">Whether neighbouring channels rotate together.</param>
internal sealed record GgufArchitecture(
    string Name, string[] Families, WeightMap Weights, Func<GgufKeys, ModelConfig> Read, Action<GgufKeysWriter, ModelConfig> Write, bool Interleaved = false)
{
    public const string ArchitectureKey = "general.architecture", TypeKey = "general.type";

    /// <summary>Keys that change nothing in the forward pass, whatever their values; the size of the vocabulary is that of its embedding.</summary>
    private static readonly string[] Harmless = ["vocab_size", "pooling_type", "tensor_data_layout", "rope.scaling.finetuned"];

    /// <summary>All architectures.</summary>
    public static IReadOnlyList<GgufArchitecture> All => field ??=
    [
        GgufLlama.Architecture, GgufQwen.Qwen2, GgufQwen.Qwen3, GgufQwen.Qwen3Moe, GgufGemma.Gemma2, GgufGemma.Gemma3, GgufPhi3.Architecture,
        GgufSmolLm3.Architecture, GgufStableLm.Architecture, GgufGpt2.Architecture, GgufBert.Architecture,
    ];

    /// <summary>The architecture that holds models of a family.</summary>
    /// <exception cref="GrimoireException">There is none.</exception>
    public static GgufArchitecture Of(ModelConfig config) =>
        All.FirstOrDefault(architecture => architecture.Families.Contains(config.Family))
        ?? throw new GrimoireException($"a {config.Family} model cannot be written as GGUF.");

    /// <summary>The architecture of a file.</summary>
    /// <exception cref="GrimoireException">It is not known, or the file holds something else than a model.</exception>
    public static GgufArchitecture Of(GgufMetadata metadata)
    {
        if (metadata.Text(TypeKey, "model") is not "model" and var type)
            throw metadata.Refusal(TypeKey, $"this file is no model but a part or companion of one ({type}); open the model");
        string name = metadata.Text(ArchitectureKey);
        return All.FirstOrDefault(known => known.Name == name)
            ?? throw metadata.Refusal(ArchitectureKey, $"unknown; known are {string.Join(", ", All.Select(known => known.Name))}");
    }

    /// <summary>What a file holds.</summary>
    /// <exception cref="GrimoireException">A key that changes the forward pass is not understood; it is named.</exception>
    public ModelConfig ReadConfig(GgufMetadata metadata, TensorFiles files)
    {
        var keys = new GgufKeys(metadata, files, Name);
        foreach (string key in Harmless)
            _ = keys.Has(key);
        ModelConfig config = Checked(files.Path, () => Read(keys));
        if (keys.Flag("attention.causal", config.Causal) != config.Causal)
            throw keys.Refusal("attention.causal", $"tokens of a {Name} model see {(config.Causal ? "earlier ones only" : "all others")}");
        if (metadata.Unasked.FirstOrDefault(key => key.StartsWith($"{Name}.", StringComparison.Ordinal) && !metadata.Value(key)!.IsInert) is { } unknown)
            throw metadata.Refusal(unknown, $"the key is unknown in a {Name} model and may change what it computes");
        return config;
    }

    /// <summary>What a file calls the weights.</summary>
    public WeightMap WeightsIn(TensorFiles files) => files.Names.Contains(GgufNames.Fused) ? Weights.WithFusedAttention() : Weights;

    /// <summary>The keys of a model, and the tensors that say the rest.</summary>
    /// <exception cref="GrimoireException">The format cannot express the model.</exception>
    public IReadOnlyList<StoredTensor> WriteConfig(ModelConfig config, IDictionary<string, GgufValue> metadata)
    {
        var keys = new GgufKeysWriter(metadata, Name);
        keys.Add("vocab_size", config.Vocabulary);
        keys.Add("context_length", config.Context);
        keys.Add("embedding_length", config.Channels);
        keys.Add("block_count", config.Layers);
        keys.Add("feed_forward_length", config.FeedForward);
        keys.Add("attention.head_count", config.Heads);
        keys.Add("attention.head_count_kv", config.KeyValueHeads);
        Write(keys, config);
        if (config.Positions != PositionKind.Rotary)
            return [];
        GgufRotary.Write(keys, config.Rotary, config.HeadDim);
        return [.. GgufRotary.Tensors(config.Rotary, config.HeadDim)];
    }

    /// <summary>Messages begin with the file.</summary>
    private static ModelConfig Checked(string path, Func<ModelConfig> read)
    {
        try
        {
            ModelConfig config = read();
            config.Validate();
            return config;
        }
        catch (GrimoireException e) when (!e.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw new GrimoireException($"{path}: {e.Message}", e);
        }
    }
}
