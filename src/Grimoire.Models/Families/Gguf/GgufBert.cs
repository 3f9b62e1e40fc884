using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary><c>bert</c>: an encoder that sees in both directions, normalises after each half and has no logits.</summary>
internal static class GgufBert
{
    /// <summary>bert.</summary>
    public static GgufArchitecture Architecture { get; } = new("bert", ["bert"], GgufNames.Encoder, Read, Write);

    private static ModelConfig Read(GgufKeys keys)
    {
        int channels = keys.Int("embedding_length"), heads = keys.Int("attention.head_count");
        keys.Demand("attention.head_count_kv", heads);
        return new()
        {
            Family = "bert",
            Vocabulary = keys.Rows("token_embd.weight"),
            Context = keys.Int("context_length"),
            Layers = keys.Int("block_count", most: ModelConfig.MostLayers),
            Heads = heads,
            KeyValueHeads = heads,
            HeadDim = ModelConfig.Share(channels, heads),
            Channels = channels,
            FeedForward = keys.Int("feed_forward_length"),
            Norm = NormKind.Layer,
            NormEpsilon = (float)keys.Real(GgufGpt2.Epsilon),
            NormPlacement = NormPlacement.Post,
            EmbeddingNorm = true,
            TokenTypes = keys.HasTensor("token_types.weight") ? keys.Rows("token_types.weight") : 0,
            Positions = PositionKind.Learned,
            Activation = Activation.Gelu,
            Gated = false,
            QueryKeyValueBias = true,
            OutputBias = true,
            FeedForwardBias = true,
            Causal = false,
            Head = false,
        };
    }

    private static void Write(GgufKeysWriter keys, ModelConfig config)
    {
        keys.Add("attention.causal", false);
        keys.Add(GgufGpt2.Epsilon, config.NormEpsilon);
    }
}
