using System.Text.Json;
using Grimoire.Models.Formats;

namespace Grimoire.Models;

/// <summary>
/// StableLM 2 and 3B (Bellagente et al. 2024, arXiv:2402.17834): Llama with layer norm, a quarter of each head rotating, and perhaps biases on q, k and v.
/// </summary>
internal static class StableLm
{
    private static LlamaKeys Keys { get; } = new("stablelm") { Epsilon = "layer_norm_eps", DefaultEpsilon = 1e-5, RotaryFraction = 0.25 };

    public static Family Family { get; } = new("stablelm", "StableLmForCausalLM", Llama.Names, Read, Write);

    private static ModelConfig Read(JsonRecord json)
    {
        json.Demand("qk_layernorm", false);
        json.Demand("use_parallel_residual", false);
        ModelConfig config = Keys.Read(json);
        if (config.HeadDim * config.Heads != config.Channels)
            throw json.Refusal("head_dim", "in this architecture heads share the channels evenly");
        return config with
        {
            Norm = NormKind.Layer,
            QueryKeyValueBias = json.Flag("use_qkv_bias", false),
        };
    }

    private static void Write(Utf8JsonWriter json, ModelConfig config)
    {
        Keys.Write(json, config);
        json.WriteBoolean("use_qkv_bias", config.QueryKeyValueBias);
    }
}
