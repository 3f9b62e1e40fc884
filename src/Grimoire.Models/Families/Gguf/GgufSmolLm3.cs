namespace Grimoire.Models;

/// <summary><c>smollm3</c>: every fourth layer is blind to positions; no key says so.</summary>
internal static class GgufSmolLm3
{
    private const int Interval = 4;

    /// <summary>smollm3.</summary>
    public static GgufArchitecture Architecture { get; } =
        new("smollm3", ["smollm3"], GgufNames.Decoder, Read, GgufLlama.WriteShared, Interleaved: true);

    private static ModelConfig Read(GgufKeys keys)
    {
        ModelConfig config = GgufLlama.ReadShared(keys, "smollm3", interleaved: true);
        bool[] rotary = [.. Enumerable.Range(1, config.Layers).Select(number => number % Interval != 0)];
        return config with { RotaryLayers = rotary.Contains(false) ? [.. rotary] : [] };
    }
}
