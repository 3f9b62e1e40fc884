using System.Text.Json;
using Grimoire.Models.Formats;

namespace Grimoire.Models;

/// <summary>Qwen 3 (Yang et al. 2025, arXiv:2505.09388): Qwen 2 with each head of queries and keys normalised instead of biases.</summary>
internal static class Qwen3
{
    private const string Attention = "model.layers.#.self_attn";

    internal static WeightMap Names { get; } = Llama.Names.With(
        new ModuleName("blocks.#.attn.q_norm", $"{Attention}.q_norm"),
        new ModuleName("blocks.#.attn.k_norm", $"{Attention}.k_norm"));

    private static LlamaKeys Keys { get; } = new("qwen3");

    public static Family Family { get; } = new("qwen3", "Qwen3ForCausalLM", Names, json => Read(json, Keys), (json, config) => Write(json, config, Keys));

    internal static ModelConfig Read(JsonRecord json, LlamaKeys keys) =>
        Qwen2.ReadWindow(json, keys.Read(json).WithAttentionBias(json) with { QueryKeyNorm = true });

    internal static void Write(Utf8JsonWriter json, ModelConfig config, LlamaKeys keys)
    {
        keys.Write(json, config);
        json.WriteBoolean("attention_bias", config.QueryKeyValueBias);
        Qwen2.WriteWindow(json, config);
    }
}
