namespace Grimoire.Models;

/// <summary>
/// <c>llama</c>: Llama 1 to 3.x and what is built like them, Mistral, Mixtral, SmolLM. Neighbouring channels rotate together; rows of queries and keys are
/// stored so.
/// </summary>
internal static class GgufLlama
{
    private const string Epsilon = "attention.layer_norm_rms_epsilon";

    /// <summary>llama.</summary>
    public static GgufArchitecture Architecture { get; } =
        new("llama", ["llama", "mistral", "mixtral"], GgufNames.Decoder, Read, Write, Interleaved: true);

    /// <summary>The keys that most decoders share.</summary>
    public static ModelConfig ReadShared(GgufKeys keys, string family, bool interleaved = false, string epsilon = Epsilon)
    {
        int channels = keys.Int("embedding_length"), heads = keys.Int("attention.head_count"), context = keys.Int("context_length");
        int headDim = keys.Has("attention.key_length") ? keys.Int("attention.key_length") : ModelConfig.Share(channels, heads);
        keys.Demand("attention.value_length", headDim);
        var config = new ModelConfig
        {
            Family = family,
            Vocabulary = keys.Rows("token_embd.weight"),
            Context = context,
            Layers = keys.Int("block_count", most: ModelConfig.MostLayers),
            Heads = heads,
            KeyValueHeads = keys.Int("attention.head_count_kv", heads),
            HeadDim = headDim,
            Channels = channels,
            FeedForward = keys.Int("feed_forward_length"),
            NormEpsilon = (float)keys.Real(epsilon),
            Rotary = GgufRotary.Read(keys, headDim, context, interleaved),
            QueryKeyValueBias = keys.HasTensor("blk.0.attn_q.bias") || keys.HasTensor("blk.0.attn_qkv.bias"),
            OutputBias = keys.HasTensor("blk.0.attn_output.bias"),
            FeedForwardBias = keys.HasTensor("blk.0.ffn_up.bias"),
            TiedEmbeddings = !keys.HasTensor("output.weight"),
        };
        return GgufWindow.Read(keys, config, usual: 0, group: 0);
    }

    /// <summary>Writes what <see cref="ReadShared"/> reads, but for what all architectures have.</summary>
    public static void WriteShared(GgufKeysWriter keys, ModelConfig config) => WriteShared(keys, config, Epsilon);

    /// <summary>The same with another name of the epsilon, or windows that are usually on some layers only.</summary>
    public static void WriteShared(GgufKeysWriter keys, ModelConfig config, string epsilon = Epsilon, int group = 0)
    {
        keys.Add(epsilon, config.NormEpsilon);
        keys.Add("attention.key_length", config.HeadDim);
        keys.Add("attention.value_length", config.HeadDim);
        GgufWindow.Write(keys, config, group);
    }

    /// <summary>The keys about experts, whose weights sum to 1 in all architectures here.</summary>
    public static ModelConfig WithExperts(ModelConfig config, GgufKeys keys)
    {
        keys.Demand("expert_gating_func", 1);
        keys.Demand("expert_weights_scale", 1);
        _ = keys.Flag("expert_weights_norm", true) ? true : throw keys.Refusal("expert_weights_norm", "this variant of the architecture is not supported");
        return config with { Experts = keys.Int("expert_count"), ExpertsPerToken = keys.Int("expert_used_count"), NormalizeExperts = true };
    }

    /// <summary>Writes what <see cref="WithExperts"/> reads.</summary>
    public static void WriteExperts(GgufKeysWriter keys, ModelConfig config)
    {
        keys.Add("expert_count", config.Experts);
        keys.Add("expert_used_count", config.ExpertsPerToken);
    }

    private static ModelConfig Read(GgufKeys keys)
    {
        ModelConfig config = ReadShared(keys, "llama", interleaved: true);
        if (keys.Int("expert_count", 0, least: 0) > 0)
            return WithExperts(config, keys) with { Family = "mixtral" };
        _ = keys.Int("expert_used_count", 0, least: 0);
        return config.Window > 0 ? config with { Family = "mistral" } : config;
    }

    /// <summary>llama.cpp refuses a part rotation here, though the keys could say it.</summary>
    private static void Write(GgufKeysWriter keys, ModelConfig config)
    {
        if (config.Rotary.Dimensions(config.HeadDim) is var rotated && rotated != config.HeadDim)
        {
            throw new GrimoireException(
                $"a GGUF file cannot express this {config.Family} model; all {config.HeadDim} channels of a head must rotate, not {rotated}.");
        }

        WriteShared(keys, config);
        if (config.Experts > 0)
            WriteExperts(keys, config);
    }
}
