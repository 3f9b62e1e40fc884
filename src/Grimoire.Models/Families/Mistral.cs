namespace Grimoire.Models;

/// <summary>Mistral (Jiang et al. 2023, arXiv:2310.06825): Llama with a sliding window.</summary>
internal static class Mistral
{
    public static Family Family { get; } = new(
        "mistral",
        "MistralForCausalLM",
        Llama.Names,
        json => Llama.ReadShared(json, "mistral") with { Window = WindowKeys.Read(json) },
        (json, config) =>
        {
            Llama.WriteShared(json, config);
            json.WriteNumberOrNull("sliding_window", config.Window > 0 ? config.Window : null);
        });
}
