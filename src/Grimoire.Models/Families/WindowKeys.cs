using Grimoire.Models.Formats;

namespace Grimoire.Models;

/// <summary>The keys of <c>config.json</c> about sliding windows.</summary>
internal static class WindowKeys
{
    private const string Full = "full_attention", Sliding = "sliding_attention";

    /// <summary>The window of all layers; 0 for none.</summary>
    /// <param name="json">The config.</param>
    /// <param name="unused">Whether other keys say that no window is used, whatever its size.</param>
    public static int Read(JsonRecord json, bool unused = false)
    {
        int window = json.Has("sliding_window") ? json.Int("sliding_window") : 0;
        int used = unused ? 0 : window;
        string[] layers = json.Texts("layer_types") ?? [];
        string expected = used > 0 ? Sliding : Full;
        return layers.All(layer => layer == expected)
            ? used
            : throw json.Refusal("layer_types", $"every layer must be {expected}, as the other keys say; mixed layers are not supported");
    }
}
