using System.Text.Json;
using Grimoire.Models.Formats;

namespace Grimoire.Models;

/// <summary>
/// Gemma 2 (Gemma Team 2024, arXiv:2408.00118): norms before and after each half, embeddings scaled by √channels, every other layer with a window, soft caps on
/// scores and logits. Its norms multiply by 1 + w and store w.
/// </summary>
internal static class Gemma2
{
    private const string Layer = "model.layers.#";

    internal static WeightMap Names { get; } = Llama.Names.With(
        new ModuleName("blocks.#.attn_norm", $"{Layer}.input_layernorm", Offset: 1),
        new ModuleName("blocks.#.attn_post_norm", $"{Layer}.post_attention_layernorm", Offset: 1),
        new ModuleName("blocks.#.mlp_norm", $"{Layer}.pre_feedforward_layernorm", Offset: 1),
        new ModuleName("blocks.#.mlp_post_norm", $"{Layer}.post_feedforward_layernorm", Offset: 1),
        new ModuleName("norm", "model.norm", Offset: 1));

    public static Family Family { get; } = new("gemma2", "Gemma2ForCausalLM", Names, Read, Write);

    /// <summary>Gemma's configs leave out what is as in the 2B model.</summary>
    internal static LlamaKeys Keys { get; } = new("gemma2")
    {
        Activation = "hidden_activation",
        DefaultActivation = "gelu_pytorch_tanh",
        Tied = true,
        Defaults = new()
        {
            Family = "gemma2",
            Vocabulary = 256000,
            Context = 8192,
            Layers = 26,
            Heads = 8,
            KeyValueHeads = 4,
            HeadDim = 256,
            Channels = 2304,
            FeedForward = 9216,
        },
    };

    /// <summary>The keys that Gemma 2 and 3 share.</summary>
    internal static ModelConfig ReadShared(JsonRecord json, LlamaKeys keys, double attentionCap, double logitCap)
    {
        ModelConfig config = keys.Read(json).WithAttentionBias(json);
        json.Skip("hidden_act"); // a name of old files; the one that counts is hidden_activation
        return config with
        {
            NormPlacement = NormPlacement.Both,
            EmbeddingScale = MathF.Sqrt(config.Channels),
            AttentionScale = Scale(json),
            AttentionSoftCap = Cap(json, "attn_logit_softcapping", attentionCap),
            LogitSoftCap = Cap(json, "final_logit_softcapping", logitCap),
        };
    }

    /// <summary>Writes what <see cref="ReadShared"/> reads.</summary>
    internal static void WriteShared(Utf8JsonWriter json, ModelConfig config, LlamaKeys keys)
    {
        keys.Write(json, config);
        json.WriteBoolean("attention_bias", config.QueryKeyValueBias);
        json.WriteReal("query_pre_attn_scalar", ScalarOf(config.AttentionScale > 0 ? config.AttentionScale : 1 / Math.Sqrt(config.HeadDim)));
        WriteCap(json, "attn_logit_softcapping", config.AttentionSoftCap);
        WriteCap(json, "final_logit_softcapping", config.LogitSoftCap);
    }

    private static ModelConfig Read(JsonRecord json) => ReadShared(json, Keys, 50, 30).WithWindow(json, layer => layer % 2 == 0, fallback: 4096);

    private static void Write(Utf8JsonWriter json, ModelConfig config)
    {
        WriteShared(json, config, Keys);
        WindowKeys.Write(json, config);
    }

    private static float Scale(JsonRecord json)
    {
        double scalar = json.Number("query_pre_attn_scalar", 256);
        return scalar > 0 ? (float)(1 / Math.Sqrt(scalar)) : throw json.Refusal("query_pre_attn_scalar", "a positive number is expected");
    }

    /// <summary>The number whose inverse root is the scale: the whole one, if that gives the same float.</summary>
    private static double ScalarOf(double scale)
    {
        double scalar = 1 / (scale * scale), whole = Math.Round(scalar);
        return whole > 0 && (float)(1 / Math.Sqrt(whole)) == (float)scale ? whole : scalar;
    }

    /// <summary>A cap; null says that there is none.</summary>
    private static float Cap(JsonRecord json, string key, double fallback)
    {
        double cap = json.IsNull(key) ? 0 : json.Number(key, fallback);
        return cap >= 0 ? (float)cap : throw json.Refusal(key, "a cap is not negative");
    }

    private static void WriteCap(Utf8JsonWriter json, string key, float cap)
    {
        if (cap > 0)
            json.WriteReal(key, cap);
        else
            json.WriteNull(key);
    }
}
