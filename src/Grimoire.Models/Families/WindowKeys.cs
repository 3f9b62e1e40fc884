using System.Text.Json;
using Grimoire.Models.Formats;

namespace Grimoire.Models;

/// <summary>The keys of <c>config.json</c> about sliding windows: <c>sliding_window</c>, and <c>layer_types</c> where not all layers have it.</summary>
internal static class WindowKeys
{
    private const string Full = "full_attention", Sliding = "sliding_attention";

    /// <summary>The model with its window.</summary>
    /// <param name="config">The model without.</param>
    /// <param name="json">The config.</param>
    /// <param name="isWindowed">Which layers have the window unless <c>layer_types</c> says so; null for all.</param>
    /// <param name="unused">Whether other keys say that no window is used, whatever its size.</param>
    /// <param name="fallback">The window where the config has none; 0 for none.</param>
    public static ModelConfig WithWindow(this ModelConfig config, JsonRecord json, Func<int, bool>? isWindowed = null, bool unused = false, int fallback = 0)
    {
        int stated = json.Has("sliding_window") ? json.Int("sliding_window") : fallback;
        int window = unused ? 0 : stated;
        if (json.Texts("layer_types") is not { } types)
            return config.WithWindow(window, [.. Enumerable.Range(0, config.Layers).Select(layer => window > 0 && isWindowed?.Invoke(layer) != false)]);
        if (types.Length != config.Layers || types.Any(type => type is not (Full or Sliding)))
            throw json.Refusal("layer_types", $"{config.Layers} layers, each {Full} or {Sliding}, are expected");
        if (window == 0 && types.Contains(Sliding))
            throw json.Refusal("layer_types", "the other keys say that there is no window");
        return config.WithWindow(window, [.. types.Select(type => type == Sliding)]);
    }

    /// <summary>Writes what <see cref="WithWindow"/> reads.</summary>
    public static void Write(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteNumberOrNull("sliding_window", config.Window > 0 ? config.Window : null);
        json.WriteStartArray("layer_types");
        for (int layer = 0; layer < config.Layers; layer++)
            json.WriteStringValue(config.IsWindowed(layer) ? Sliding : Full);
        json.WriteEndArray();
    }
}
