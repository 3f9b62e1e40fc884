using System.Text.Json;
using Grimoire.Models.Formats;

namespace Grimoire.Models;

/// <summary>Mixtral (Jiang et al. 2024, arXiv:2401.04088): Mistral with eight experts in each block, two for each token.</summary>
internal static class Mixtral
{
    private const string Experts = "model.layers.#.block_sparse_moe";

    private static LlamaKeys Keys { get; } = new("mixtral") { DefaultEpsilon = 1e-5 };

    public static Family Family { get; } = new(
        "mixtral",
        "MixtralForCausalLM",
        Llama.Names.With(
            new ModuleName("blocks.#.mlp.router", $"{Experts}.gate"),
            new ModuleName("blocks.#.mlp.experts.#.gate", $"{Experts}.experts.#.w1"),
            new ModuleName("blocks.#.mlp.experts.#.up", $"{Experts}.experts.#.w3"),
            new ModuleName("blocks.#.mlp.experts.#.down", $"{Experts}.experts.#.w2")),
        Read,
        Write);

    private static ModelConfig Read(JsonRecord json) => Keys.Read(json).WithWindow(json) with
    {
        Experts = json.Int("num_local_experts", 8),
        ExpertsPerToken = json.Int("num_experts_per_tok", 2),
        NormalizeExperts = true,
    };

    private static void Write(Utf8JsonWriter json, ModelConfig config)
    {
        Keys.Write(json, config);
        json.WriteNumber("num_local_experts", config.Experts);
        json.WriteNumber("num_experts_per_tok", config.ExpertsPerToken);
        WindowKeys.Write(json, config);
    }
}
