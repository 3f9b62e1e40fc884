namespace Grimoire.Models;

/// <summary>Mistral (Jiang et al. 2023, arXiv:2310.06825): Llama with a sliding window.</summary>
internal static class Mistral
{
    private static LlamaKeys Keys { get; } = new("mistral");

    public static Family Family { get; } = new(
        "mistral",
        "MistralForCausalLM",
        Llama.Names,
        json => Keys.Read(json).WithWindow(json),
        (json, config) =>
        {
            Keys.Write(json, config);
            WindowKeys.Write(json, config);
        });
}
