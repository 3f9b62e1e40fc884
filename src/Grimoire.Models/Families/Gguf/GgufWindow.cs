namespace Grimoire.Models;

/// <summary>
/// Sliding windows in GGUF: their width, and which layers have it: a list of truths, or a number g that says that the last layer of every g sees
/// everything. What a missing pattern means depends on the architecture.
/// </summary>
internal static class GgufWindow
{
    private const string Width = "attention.sliding_window", Pattern = "attention.sliding_window_pattern";

    /// <summary>The model with its window.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="config">The model.</param>
    /// <param name="usual">The width where no key says it; 0 for none.</param>
    /// <param name="group">The g where no key says it; 0 if all layers have the window.</param>
    public static ModelConfig Read(GgufKeys keys, ModelConfig config, int usual, int group)
    {
        int width = keys.Int(Width, usual, least: 0);
        if (!keys.IsList(Pattern))
            return config.WithWindow(width, ByGroups(config.Layers, keys.Int(Pattern, group, least: 0)));
        bool[] layers = keys.Flags(Pattern)!;
        return layers.Length == config.Layers
            ? config.WithWindow(width, layers)
            : throw keys.Refusal(Pattern, $"a value for each of {config.Layers} layers is expected");
    }

    /// <summary>Writes what <see cref="Read"/> reads; 0 says that there is no window, where a missing key may mean the architecture's usual one.</summary>
    public static void Write(GgufKeysWriter keys, ModelConfig config, int group)
    {
        bool[] layers = [.. Enumerable.Range(0, config.Layers).Select(config.IsWindowed)];
        if (config.Window > 0 || group > 0)
            keys.Add(Width, config.Window);
        if (config.Window > 0 && !layers.SequenceEqual(ByGroups(config.Layers, group)))
            keys.Add(Pattern, layers);
    }

    private static bool[] ByGroups(int layers, int group) => [.. Enumerable.Range(0, layers).Select(layer => group == 0 || layer % group < group - 1)];
}
