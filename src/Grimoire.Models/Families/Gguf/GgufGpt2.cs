namespace Grimoire.Models;

/// <summary><c>gpt2</c>: queries, keys and values are stored as one, matrices <c>[out, in]</c> as everywhere in GGUF.</summary>
internal static class GgufGpt2
{
    /// <summary>The epsilon of a layer norm.</summary>
    public const string Epsilon = "attention.layer_norm_epsilon";

    /// <summary>gpt2.</summary>
    public static GgufArchitecture Architecture { get; } = new("gpt2", ["gpt2"], GgufNames.Decoder.WithFusedAttention(), Read, Write);

    private static ModelConfig Read(GgufKeys keys)
    {
        int heads = keys.Int("attention.head_count");
        keys.Demand("attention.head_count_kv", heads);
        ModelConfig config = Gpt2.Config(
            keys.Int("block_count", most: ModelConfig.MostLayers), heads, keys.Int("embedding_length"), keys.Int("context_length"),
            keys.Rows("token_embd.weight"), keys.Int("feed_forward_length"));
        return config with { NormEpsilon = (float)keys.Real(Epsilon), TiedEmbeddings = !keys.HasTensor("output.weight") };
    }

    private static void Write(GgufKeysWriter keys, ModelConfig config) => keys.Add(Epsilon, config.NormEpsilon);
}
