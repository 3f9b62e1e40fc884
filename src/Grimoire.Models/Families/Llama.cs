using System.Text.Json;
using Grimoire.Models.Formats;

namespace Grimoire.Models;

/// <summary>Llama (Touvron et al. 2023, arXiv:2302.13971): RMS norm, rotary positions, gated SiLU, no biases, shared key-value heads.</summary>
public static class Llama
{
    private const string Layer = "model.layers.#";

    /// <summary>What Llama and its descendants call their weights.</summary>
    internal static WeightMap Names { get; } = new(
        "model.",
        [
            new("embed.tokens", "model.embed_tokens"),
            new("blocks.#.attn_norm", $"{Layer}.input_layernorm"),
            new("blocks.#.attn.q", $"{Layer}.self_attn.q_proj"),
            new("blocks.#.attn.k", $"{Layer}.self_attn.k_proj"),
            new("blocks.#.attn.v", $"{Layer}.self_attn.v_proj"),
            new("blocks.#.attn.o", $"{Layer}.self_attn.o_proj"),
            new("blocks.#.mlp_norm", $"{Layer}.post_attention_layernorm"),
            new("blocks.#.mlp.gate", $"{Layer}.mlp.gate_proj"),
            new("blocks.#.mlp.up", $"{Layer}.mlp.up_proj"),
            new("blocks.#.mlp.down", $"{Layer}.mlp.down_proj"),
            new("norm", "model.norm"),
            new("head", "lm_head"),
        ],
        ["layers.#.self_attn.rotary_emb.inv_freq", "rotary_emb.inv_freq"]);

    internal static Family Family { get; } = new("llama", "LlamaForCausalLM", Names, Read, Write);

    /// <summary>A model of the family.</summary>
    /// <param name="layers">Number of blocks.</param>
    /// <param name="heads">Number of query heads, a divisor of <paramref name="channels"/>.</param>
    /// <param name="channels">Channels of the residual stream.</param>
    /// <param name="context">Longest sequence, in tokens.</param>
    /// <param name="vocabulary">Number of token ids.</param>
    /// <param name="feedForward">Channels inside the feed-forward half; if not given 8/3 · channels, rounded up to a multiple of 32.</param>
    /// <param name="keyValueHeads">Number of key and value heads; <paramref name="heads"/> if not given.</param>
    /// <param name="tied">Whether the unembedding is the embedding.</param>
    public static ModelConfig Config(
        int layers, int heads, int channels, int context, int vocabulary, int? feedForward = null, int? keyValueHeads = null, bool tied = false) => new()
        {
            Family = "llama",
            Vocabulary = vocabulary,
            Context = context,
            Layers = layers,
            Heads = heads,
            KeyValueHeads = keyValueHeads ?? heads,
            HeadDim = ModelConfig.Share(channels, heads),
            Channels = channels,
            FeedForward = feedForward ?? ((8 * channels / 3) + 31) / 32 * 32,
            TiedEmbeddings = tied,
        };

    /// <summary>The keys that Llama's descendants share.</summary>
    internal static ModelConfig ReadShared(JsonRecord json, string family, int? keyValueHeads = null)
    {
        int channels = json.Int("hidden_size"), heads = json.Int("num_attention_heads"), context = json.Int("max_position_embeddings");
        return new()
        {
            Family = family,
            Vocabulary = json.Int("vocab_size"),
            Context = context,
            Layers = json.Int("num_hidden_layers"),
            Heads = heads,
            KeyValueHeads = json.Int("num_key_value_heads", keyValueHeads),
            HeadDim = json.Has("head_dim") ? json.Int("head_dim") : ModelConfig.Share(channels, heads),
            Channels = channels,
            FeedForward = json.Int("intermediate_size"),
            NormEpsilon = json.Epsilon("rms_norm_eps", 1e-6),
            Rotary = RotaryKeys.Read(json, context),
            Activation = json.ActivationOf("hidden_act", "silu"),
            TiedEmbeddings = json.Flag("tie_word_embeddings", false),
        };
    }

    /// <summary>Writes what <see cref="ReadShared"/> reads.</summary>
    internal static void WriteShared(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteNumber("vocab_size", config.Vocabulary);
        json.WriteNumber("max_position_embeddings", config.Context);
        json.WriteNumber("hidden_size", config.Channels);
        json.WriteNumber("intermediate_size", config.FeedForward);
        json.WriteNumber("num_hidden_layers", config.Layers);
        json.WriteNumber("num_attention_heads", config.Heads);
        json.WriteNumber("num_key_value_heads", config.KeyValueHeads);
        json.WriteNumber("head_dim", config.HeadDim);
        json.WriteString("hidden_act", ConfigKeys.NameOf(config.Activation));
        json.WriteNumber("rms_norm_eps", config.NormEpsilon);
        RotaryKeys.Write(json, config.Rotary);
    }

    private static ModelConfig Read(JsonRecord json)
    {
        bool attentionBias = json.Flag("attention_bias", false);
        return ReadShared(json, "llama", keyValueHeads: json.Int("num_attention_heads")) with
        {
            QueryKeyValueBias = attentionBias,
            OutputBias = attentionBias,
            FeedForwardBias = json.Flag("mlp_bias", false),
        };
    }

    private static void Write(Utf8JsonWriter json, ModelConfig config)
    {
        WriteShared(json, config);
        json.WriteBoolean("attention_bias", config.QueryKeyValueBias);
        json.WriteBoolean("mlp_bias", config.FeedForwardBias);
    }
}
