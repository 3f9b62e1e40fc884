namespace Grimoire.Models;

/// <summary>What GGUF files call the weights: the same in all architectures but for BERT's norms and for modules stored as one.</summary>
internal static class GgufNames
{
    /// <summary>The projection that is there if queries, keys and values are stored as one, as newer files may in any architecture.</summary>
    public const string Fused = "blk.0.attn_qkv.weight";

    private const string Layer = "blk.#";

    /// <summary>Decoders.</summary>
    public static WeightMap Decoder { get; } = new(
        [],
        [
            new("embed.tokens", "token_embd"),
            new("embed.positions", "position_embd"),
            new("blocks.#.attn_norm", $"{Layer}.attn_norm"),
            new("blocks.#.attn.q", $"{Layer}.attn_q"),
            new("blocks.#.attn.k", $"{Layer}.attn_k"),
            new("blocks.#.attn.v", $"{Layer}.attn_v"),
            new("blocks.#.attn.q_norm", $"{Layer}.attn_q_norm"),
            new("blocks.#.attn.k_norm", $"{Layer}.attn_k_norm"),
            new("blocks.#.attn.o", $"{Layer}.attn_output"),
            new("blocks.#.attn_post_norm", $"{Layer}.post_attention_norm"),
            new("blocks.#.mlp_norm", $"{Layer}.ffn_norm"),
            new("blocks.#.mlp.gate", $"{Layer}.ffn_gate"),
            new("blocks.#.mlp.up", $"{Layer}.ffn_up"),
            new("blocks.#.mlp.down", $"{Layer}.ffn_down"),
            new("blocks.#.mlp.router", $"{Layer}.ffn_gate_inp"),
            new("blocks.#.mlp.experts.#.gate", $"{Layer}.ffn_gate_exps", Stacked: true),
            new("blocks.#.mlp.experts.#.up", $"{Layer}.ffn_up_exps", Stacked: true),
            new("blocks.#.mlp.experts.#.down", $"{Layer}.ffn_down_exps", Stacked: true),
            new("blocks.#.mlp_post_norm", $"{Layer}.post_ffw_norm"),
            new("norm", "output_norm"),
            new("head", "output"),
        ],
        ["rope_freqs.weight", "rope_factors_short.weight", "rope_factors_long.weight"]);

    /// <summary>BERT: norms stand after each half.</summary>
    public static WeightMap Encoder { get; } = Decoder.With(
        new("embed.types", "token_types"),
        new("embed.norm", "token_embd_norm"),
        new("blocks.#.attn_post_norm", $"{Layer}.attn_output_norm"),
        new("blocks.#.mlp_post_norm", $"{Layer}.layer_output_norm"));

    /// <summary>The same with queries, keys and values as one.</summary>
    public static WeightMap WithFusedAttention(this WeightMap map) => map.With(
        new("blocks.#.attn.q", $"{Layer}.attn_qkv", Rows: RowRange.Queries),
        new("blocks.#.attn.k", $"{Layer}.attn_qkv", Rows: RowRange.Keys),
        new("blocks.#.attn.v", $"{Layer}.attn_qkv", Rows: RowRange.Values));

    /// <summary>The same with gate and projection up as one, under the latter's name: Phi-3.</summary>
    public static WeightMap WithFusedFeedForward(this WeightMap map) => map.With(
        new("blocks.#.mlp.gate", $"{Layer}.ffn_up", Rows: RowRange.Gate),
        new("blocks.#.mlp.up", $"{Layer}.ffn_up", Rows: RowRange.Up));
}
