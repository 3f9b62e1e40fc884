namespace Grimoire.Models;

/// <summary><c>bert</c>: an encoder that sees in both directions, normalises after each half and has no logits.</summary>
internal static class GgufBert
{
    /// <summary>bert.</summary>
    public static GgufArchitecture Architecture { get; } = new("bert", ["bert"], GgufNames.Encoder, Read, Write);

    private static ModelConfig Read(GgufKeys keys)
    {
        int heads = keys.Int("attention.head_count");
        keys.Demand("attention.head_count_kv", heads);
        return Bert.Config(
            keys.Int("block_count", most: ModelConfig.MostLayers), heads, keys.Int("embedding_length"), keys.Int("context_length"),
            keys.Rows("token_embd.weight"), keys.Int("feed_forward_length")) with
        {
            NormEpsilon = (float)keys.Real(GgufGpt2.Epsilon),
            TokenTypes = keys.HasTensor("token_types.weight") ? keys.Rows("token_types.weight") : 0,
        };
    }

    private static void Write(GgufKeysWriter keys, ModelConfig config)
    {
        keys.Add("attention.causal", false);
        keys.Add(GgufGpt2.Epsilon, config.NormEpsilon);
    }
}
