namespace Grimoire.Models;

/// <summary><c>phi3</c>: Phi-3, 3.5 and 4; queries, keys and values are stored as one, gate and projection up too.</summary>
internal static class GgufPhi3
{
    /// <summary>phi3.</summary>
    public static GgufArchitecture Architecture { get; } = new(
        "phi3", ["phi3"], GgufNames.Decoder.WithFusedAttention().WithFusedFeedForward(), keys => GgufLlama.ReadShared(keys, "phi3"), Write);

    /// <summary>A window of 0 says that there is none; older readers take a missing key for Phi-3's own.</summary>
    private static void Write(GgufKeysWriter keys, ModelConfig config)
    {
        GgufLlama.WriteShared(keys, config);
        keys.Add("attention.sliding_window", config.Window);
    }
}
