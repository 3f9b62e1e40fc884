using System.Text.Json;
using Grimoire.Models.Formats;

namespace Grimoire.Models;

/// <summary>Qwen 2 and 2.5 (Yang et al. 2024, arXiv:2407.10671): Llama with biases on queries, keys and values.</summary>
internal static class Qwen2
{
    private static LlamaKeys Keys { get; } = new("qwen2");

    public static Family Family { get; } = new(
        "qwen2",
        "Qwen2ForCausalLM",
        Llama.Names,
        json => ReadWindow(json, Keys.Read(json) with { QueryKeyValueBias = true }),
        (json, config) =>
        {
            Keys.Write(json, config);
            WriteWindow(json, config);
        });

    /// <summary>Layers from <c>max_window_layers</c> on have the window, if windows are used at all.</summary>
    internal static ModelConfig ReadWindow(JsonRecord json, ModelConfig config)
    {
        bool used = json.Flag("use_sliding_window", false);
        int first = json.Int("max_window_layers", config.Layers, least: 0);
        return config.WithWindow(json, layer => layer >= first, unused: !used);
    }

    /// <summary>Writes what <see cref="ReadWindow"/> reads.</summary>
    internal static void WriteWindow(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteBoolean("use_sliding_window", config.Window > 0);
        json.WriteNumber("max_window_layers", Enumerable.Range(0, config.Layers).TakeWhile(layer => !config.IsWindowed(layer)).Count());
        WindowKeys.Write(json, config);
    }
}
