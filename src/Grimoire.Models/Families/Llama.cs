using System.Text.Json;
using Grimoire.Models.Formats;

namespace Grimoire.Models;

/// <summary>Llama (Touvron et al. 2023, arXiv:2302.13971): RMS norm, rotary positions, gated SiLU, no biases, shared key-value heads.</summary>
public static class Llama
{
    private const string Layer = "model.layers.#";

    /// <summary>What Llama and its descendants call their weights.</summary>
    internal static WeightMap Names { get; } = new(
        ["model."],
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

    private static LlamaKeys Keys { get; } = new("llama");

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

    private static ModelConfig Read(JsonRecord json)
    {
        json.Demand("rope_interleaved", false);
        return Keys.Read(json).WithAttentionBias(json) with { FeedForwardBias = json.Flag("mlp_bias", false) };
    }

    private static void Write(Utf8JsonWriter json, ModelConfig config)
    {
        Keys.Write(json, config);
        json.WriteBoolean("attention_bias", config.QueryKeyValueBias);
        json.WriteBoolean("mlp_bias", config.FeedForwardBias);
    }
}
