namespace Grimoire.Models;

/// <summary><c>qwen2</c> (2 and 2.5), <c>qwen3</c> and <c>qwen3moe</c>.</summary>
internal static class GgufQwen
{
    /// <summary>qwen2.</summary>
    public static GgufArchitecture Qwen2 { get; } =
        new("qwen2", ["qwen2"], GgufNames.Decoder, keys => GgufLlama.ReadShared(keys, "qwen2"), GgufLlama.WriteShared);

    /// <summary>qwen3.</summary>
    public static GgufArchitecture Qwen3 { get; } =
        new("qwen3", ["qwen3"], GgufNames.Decoder, keys => GgufLlama.ReadShared(keys, "qwen3") with { QueryKeyNorm = true }, GgufLlama.WriteShared);

    /// <summary>qwen3moe.</summary>
    public static GgufArchitecture Qwen3Moe { get; } = new("qwen3moe", ["qwen3_moe"], GgufNames.Decoder, ReadExperts, WriteExperts);

    /// <summary>The width of an expert is a key of its own; the other width is that of layers without experts, of which there are none.</summary>
    private static ModelConfig ReadExperts(GgufKeys keys) =>
        GgufLlama.WithExperts(GgufLlama.ReadShared(keys, "qwen3_moe"), keys) with
        {
            QueryKeyNorm = true,
            FeedForward = keys.Int("expert_feed_forward_length"),
        };

    private static void WriteExperts(GgufKeysWriter keys, ModelConfig config)
    {
        GgufLlama.WriteShared(keys, config);
        GgufLlama.WriteExperts(keys, config);
        keys.Add("expert_feed_forward_length", config.FeedForward);
    }
}
