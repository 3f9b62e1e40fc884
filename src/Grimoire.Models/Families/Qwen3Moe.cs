using System.Text.Json;
using Grimoire.Models.Formats;

namespace Grimoire.Models;

/// <summary>Qwen 3 with experts in every block (Yang et al. 2025, arXiv:2505.09388).</summary>
internal static class Qwen3Moe
{
    private const string Half = "model.layers.#.mlp";

    private static LlamaKeys Keys { get; } = new("qwen3_moe") { FeedForward = "moe_intermediate_size" };

    public static Family Family { get; } = new(
        "qwen3_moe",
        "Qwen3MoeForCausalLM",
        Qwen3.Names.With(
            new ModuleName("blocks.#.mlp.router", $"{Half}.gate"),
            new ModuleName("blocks.#.mlp.experts.#.gate", $"{Half}.experts.#.gate_proj"),
            new ModuleName("blocks.#.mlp.experts.#.up", $"{Half}.experts.#.up_proj"),
            new ModuleName("blocks.#.mlp.experts.#.down", $"{Half}.experts.#.down_proj")),
        Read,
        Write);

    private static ModelConfig Read(JsonRecord json)
    {
        json.DemandOne("decoder_sparse_step");
        if (json.Has("mlp_only_layers") && json.Numbers("mlp_only_layers").Length > 0)
            throw json.Refusal("mlp_only_layers", "blocks without experts among those with them are not supported");
        json.Skip("intermediate_size"); // of blocks without experts
        return Qwen3.Read(json, Keys) with
        {
            Experts = json.Int("num_experts", 128),
            ExpertsPerToken = json.Int("num_experts_per_tok", 8),
            NormalizeExperts = json.Flag("norm_topk_prob", false),
        };
    }

    private static void Write(Utf8JsonWriter json, ModelConfig config)
    {
        Qwen3.Write(json, config, Keys);
        json.WriteNumber("intermediate_size", config.FeedForward);
        json.WriteNumber("num_experts", config.Experts);
        json.WriteNumber("num_experts_per_tok", config.ExpertsPerToken);
        json.WriteBoolean("norm_topk_prob", config.NormalizeExperts);
        json.WriteNumber("decoder_sparse_step", 1);
        json.WriteStartArray("mlp_only_layers");
        json.WriteEndArray();
    }
}
