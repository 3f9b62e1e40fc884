using System.Text.Json;
using Grimoire.Models.Formats;

namespace Grimoire.Models;

/// <summary>
/// Phi 3, 3.5 and 4 (Abdin et al. 2024, arXiv:2404.14219): Llama with queries, keys and values stored as one, gate and projection up too, and LongRoPE in those
/// of long context.
/// </summary>
internal static class Phi3
{
    private const string Layer = "model.layers.#";

    private static LlamaKeys Keys { get; } = new("phi3") { DefaultEpsilon = 1e-5 };

    public static Family Family { get; } = new(
        "phi3",
        "Phi3ForCausalLM",
        Llama.Names.With(
            new ModuleName("blocks.#.attn.q", $"{Layer}.self_attn.qkv_proj", Rows: RowRange.Queries),
            new ModuleName("blocks.#.attn.k", $"{Layer}.self_attn.qkv_proj", Rows: RowRange.Keys),
            new ModuleName("blocks.#.attn.v", $"{Layer}.self_attn.qkv_proj", Rows: RowRange.Values),
            new ModuleName("blocks.#.mlp.gate", $"{Layer}.mlp.gate_up_proj", Rows: RowRange.Gate),
            new ModuleName("blocks.#.mlp.up", $"{Layer}.mlp.gate_up_proj", Rows: RowRange.Up)),
        Read,
        Write);

    private static ModelConfig Read(JsonRecord json)
    {
        json.Demand("attention_bias", false);
        json.Demand("mlp_bias", false);
        json.Demand("lm_head_bias", false);
        json.Skip("original_max_position_embeddings"); // read with rope_scaling, where there is one
        json.DemandOne("full_attn_mod");
        json.DemandOne("interpolate_factor");
        return Keys.Read(json).WithWindow(json);
    }

    private static void Write(Utf8JsonWriter json, ModelConfig config)
    {
        Keys.Write(json, config);
        WindowKeys.Write(json, config);
    }
}
