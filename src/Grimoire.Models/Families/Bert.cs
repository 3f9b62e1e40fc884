using System.Text.Json;
using Grimoire.Models.Formats;
using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>
/// BERT (Devlin et al. 2019, arXiv:1810.04805), and MiniLM, BGE and E5 after it: an encoder in which every token sees all, with norms after each half, token
/// types and learned positions. What stands behind the last hidden states (the pooler, a head for masked words) is left out.
/// </summary>
internal static class Bert
{
    private const string Layer = "encoder.layer.#";

    public static Family Family { get; } = new(
        "bert",
        "BertModel",
        new WeightMap(
            ["bert."],
            [
                new("embed.tokens", "embeddings.word_embeddings"),
                new("embed.positions", "embeddings.position_embeddings"),
                new("embed.types", "embeddings.token_type_embeddings"),
                new("embed.norm", "embeddings.LayerNorm"),
                new("blocks.#.attn.q", $"{Layer}.attention.self.query"),
                new("blocks.#.attn.k", $"{Layer}.attention.self.key"),
                new("blocks.#.attn.v", $"{Layer}.attention.self.value"),
                new("blocks.#.attn.o", $"{Layer}.attention.output.dense"),
                new("blocks.#.attn_post_norm", $"{Layer}.attention.output.LayerNorm"),
                new("blocks.#.mlp.up", $"{Layer}.intermediate.dense"),
                new("blocks.#.mlp.down", $"{Layer}.output.dense"),
                new("blocks.#.mlp_post_norm", $"{Layer}.output.LayerNorm"),
            ],
            ["embeddings.position_ids", "pooler.dense.*", "cls.*"]),
        Read,
        Write)
    { Wrappers = [("BertForMaskedLM", "bert"), ("BertForPreTraining", "bert")] };

    /// <summary>What all BERTs have in common, and these sizes.</summary>
    public static ModelConfig Config(int layers, int heads, int channels, int context, int vocabulary, int feedForward) => new()
    {
        Family = "bert",
        Vocabulary = vocabulary,
        Context = context,
        Layers = layers,
        Heads = heads,
        KeyValueHeads = heads,
        HeadDim = ModelConfig.Share(channels, heads),
        Channels = channels,
        FeedForward = feedForward,
        Norm = NormKind.Layer,
        NormPlacement = NormPlacement.Post,
        EmbeddingNorm = true,
        Positions = PositionKind.Learned,
        Activation = Activation.Gelu,
        Gated = false,
        QueryKeyValueBias = true,
        OutputBias = true,
        FeedForwardBias = true,
        Causal = false,
        Head = false,
    };

    private static ModelConfig Read(JsonRecord json)
    {
        json.Demand("is_decoder", false);
        json.Demand("add_cross_attention", false);
        if (json.Text("position_embedding_type", "absolute") != "absolute")
            throw json.Refusal("position_embedding_type", "only absolute is supported");
        json.Skip(
            "tie_word_embeddings", "directionality", "pooler_fc_size", "pooler_num_attention_heads", "pooler_num_fc_layers",
            "pooler_size_per_head", "pooler_type");
        return Config(
            json.Int("num_hidden_layers", most: ModelConfig.MostLayers), json.Int("num_attention_heads"), json.Int("hidden_size"),
            json.Int("max_position_embeddings"), json.Int("vocab_size"), json.Int("intermediate_size")) with
        {
            NormEpsilon = json.Epsilon("layer_norm_eps", 1e-12),
            TokenTypes = json.Int("type_vocab_size", 2),
            Activation = json.ActivationOf("hidden_act", "gelu"),
        };
    }

    private static void Write(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteNumber("vocab_size", config.Vocabulary);
        json.WriteNumber("max_position_embeddings", config.Context);
        json.WriteNumber("hidden_size", config.Channels);
        json.WriteNumber("intermediate_size", config.FeedForward);
        json.WriteNumber("num_hidden_layers", config.Layers);
        json.WriteNumber("num_attention_heads", config.Heads);
        json.WriteNumber("type_vocab_size", config.TokenTypes);
        json.WriteString("hidden_act", ConfigKeys.NameOf(config.Activation));
        json.WriteNumber("layer_norm_eps", config.NormEpsilon);
    }
}
