using System.Text.Json;
using Grimoire.Models.Formats;

namespace Grimoire.Models;

/// <summary>Qwen 2 and 2.5 (Yang et al. 2024, arXiv:2407.10671): Llama with biases on queries, keys and values.</summary>
internal static class Qwen2
{
    public static Family Family { get; } = new("qwen2", "Qwen2ForCausalLM", Llama.Names, Read, Write);

    /// <summary>Layers from <c>max_window_layers</c> on have the window, if windows are used at all.</summary>
    private static ModelConfig Read(JsonRecord json)
    {
        ModelConfig config = Llama.ReadShared(json, "qwen2") with { QueryKeyValueBias = true };
        bool used = json.Flag("use_sliding_window", false);
        int first = json.Int("max_window_layers", config.Layers, least: 0);
        int window = WindowKeys.Read(json, unused: !used || first >= config.Layers);
        if (window > 0 && first > 0)
            throw json.Refusal("max_window_layers", "a sliding window on some layers only is not supported");
        return config with { Window = window };
    }

    private static void Write(Utf8JsonWriter json, ModelConfig config)
    {
        Llama.WriteShared(json, config);
        json.WriteBoolean("use_sliding_window", config.Window > 0);
        json.WriteNumberOrNull("sliding_window", config.Window > 0 ? config.Window : null);
        json.WriteNumber("max_window_layers", config.Window > 0 ? 0 : config.Layers);
    }
}
