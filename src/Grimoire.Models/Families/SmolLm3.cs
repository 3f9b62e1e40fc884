using System.Text.Json;
using Grimoire.Models.Formats;

namespace Grimoire.Models;

/// <summary>SmolLM 3 (Hugging Face 2025): Llama with every fourth layer blind to positions. SmolLM 1 and 2 are Llama itself.</summary>
internal static class SmolLm3
{
    private static LlamaKeys Keys { get; } = new("smollm3") { Tied = true };

    public static Family Family { get; } = new("smollm3", "SmolLM3ForCausalLM", Llama.Names, Read, Write);

    /// <summary><c>no_rope_layers</c> says of each layer whether it does rotate.</summary>
    private static ModelConfig Read(JsonRecord json)
    {
        json.Demand("mlp_bias", false);
        json.Skip("max_window_layers"); // a leftover that nothing reads
        ModelConfig config = Keys.Read(json).WithAttentionBias(json).WithWindow(json, unused: !json.Flag("use_sliding_window", false));
        int interval = json.Int("no_rope_layer_interval", 4);
        bool[] rotary = json.Has("no_rope_layers")
            ? [.. json.Sizes("no_rope_layers").Select(rotates => rotates != 0)]
            : [.. Enumerable.Range(1, config.Layers).Select(number => number % interval != 0)];
        if (rotary.Length != config.Layers)
            throw json.Refusal("no_rope_layers", $"{config.Layers} numbers are expected");
        return config with { RotaryLayers = rotary.Contains(false) ? [.. rotary] : [] };
    }

    private static void Write(Utf8JsonWriter json, ModelConfig config)
    {
        Keys.Write(json, config);
        json.WriteBoolean("attention_bias", config.QueryKeyValueBias);
        json.WriteBoolean("use_sliding_window", config.Window > 0);
        WindowKeys.Write(json, config);
        json.WriteStartArray("no_rope_layers");
        for (int layer = 0; layer < config.Layers; layer++)
            json.WriteNumberValue(config.IsRotary(layer) ? 1 : 0);
        json.WriteEndArray();
    }
}
