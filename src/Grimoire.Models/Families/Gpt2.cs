using System.Text.Json;
using Grimoire.Models.Formats;
using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>
/// GPT-2 (Radford et al. 2019): layer norm, learned positions, tanh-GELU, biases everywhere, tied embeddings. Its matrices are stored
/// <c>[in, out]</c>, queries, keys and values as one.
/// </summary>
public static class Gpt2
{
    private const string H = "transformer.h.#";

    internal static Family Family { get; } = new(
        "gpt2",
        "GPT2LMHeadModel",
        new WeightMap(
            ["transformer."],
            [
                new("embed.tokens", "transformer.wte"),
                new("embed.positions", "transformer.wpe"),
                new("blocks.#.attn_norm", $"{H}.ln_1"),
                new("blocks.#.attn.q", $"{H}.attn.c_attn", Transposed: true, Rows: RowRange.Queries),
                new("blocks.#.attn.k", $"{H}.attn.c_attn", Transposed: true, Rows: RowRange.Keys),
                new("blocks.#.attn.v", $"{H}.attn.c_attn", Transposed: true, Rows: RowRange.Values),
                new("blocks.#.attn.o", $"{H}.attn.c_proj", Transposed: true),
                new("blocks.#.mlp_norm", $"{H}.ln_2"),
                new("blocks.#.mlp.up", $"{H}.mlp.c_fc", Transposed: true),
                new("blocks.#.mlp.down", $"{H}.mlp.c_proj", Transposed: true),
                new("norm", "transformer.ln_f"),
                new("head", "lm_head"),
            ],
            ["h.#.attn.bias", "h.#.attn.masked_bias"]),
        Read,
        Write);

    /// <summary>A model of the family.</summary>
    /// <param name="layers">Number of blocks.</param>
    /// <param name="heads">Number of heads, a divisor of <paramref name="channels"/>.</param>
    /// <param name="channels">Channels of the residual stream.</param>
    /// <param name="context">Longest sequence, in tokens.</param>
    /// <param name="vocabulary">Number of token ids.</param>
    /// <param name="feedForward">Channels inside the feed-forward half; 4 · channels if not given.</param>
    public static ModelConfig Config(int layers, int heads, int channels, int context, int vocabulary, int? feedForward = null) => new()
    {
        Family = "gpt2",
        Vocabulary = vocabulary,
        Context = context,
        Layers = layers,
        Heads = heads,
        KeyValueHeads = heads,
        HeadDim = ModelConfig.Share(channels, heads),
        Channels = channels,
        FeedForward = feedForward ?? 4 * channels,
        Norm = NormKind.Layer,
        Positions = PositionKind.Learned,
        Activation = Activation.GeluTanh,
        Gated = false,
        QueryKeyValueBias = true,
        OutputBias = true,
        FeedForwardBias = true,
        TiedEmbeddings = true,
    };

    private static ModelConfig Read(JsonRecord json)
    {
        json.Demand("scale_attn_weights", true);
        json.Demand("scale_attn_by_inverse_layer_idx", false);
        json.Demand("add_cross_attention", false);
        int channels = json.Int("n_embd");
        int? feedForward = json.Has("n_inner") ? json.Int("n_inner") : null;
        return Config(json.Int("n_layer", most: ModelConfig.MostLayers), json.Int("n_head"), channels, json.Int("n_positions"), json.Int("vocab_size"),
            feedForward) with
        {
            Activation = json.ActivationOf("activation_function", "gelu_new"),
            NormEpsilon = json.Epsilon("layer_norm_epsilon", 1e-5),
            TiedEmbeddings = json.Flag("tie_word_embeddings", true),
        };
    }

    private static void Write(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteNumber("vocab_size", config.Vocabulary);
        json.WriteNumber("n_positions", config.Context);
        json.WriteNumber("n_embd", config.Channels);
        json.WriteNumber("n_layer", config.Layers);
        json.WriteNumber("n_head", config.Heads);
        json.WriteNumber("n_inner", config.FeedForward);
        json.WriteString("activation_function", ConfigKeys.NameOf(config.Activation));
        json.WriteNumber("layer_norm_epsilon", config.NormEpsilon);
    }
}
