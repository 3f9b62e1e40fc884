using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>
/// Self-attention: every token asks (query) all tokens it may see what they hold (key), and takes a weighted mean of what they say (value) (Vaswani et al.
/// 2017, arXiv:1706.03762).
/// </summary>
public sealed class Attention
{
    private readonly ModelConfig config;
    private readonly AttentionSpec spec;
    private readonly int layer;

    internal Attention(ParameterList parameters, string name, ModelConfig config, int layer)
    {
        (this.config, this.layer) = (config, layer);
        float scale = config.AttentionScale > 0 ? config.AttentionScale : 1 / MathF.Sqrt(config.HeadDim);
        spec = new AttentionSpec(scale, config.Causal, config.IsWindowed(layer) ? config.Window : 0, config.AttentionSoftCap);
        int queries = config.Heads * config.HeadDim;
        int keys = config.KeyValueHeads * config.HeadDim;
        Query = new Linear(parameters, $"{name}.q", config.Channels, queries, config.QueryKeyValueBias);
        Key = new Linear(parameters, $"{name}.k", config.Channels, keys, config.QueryKeyValueBias);
        Value = new Linear(parameters, $"{name}.v", config.Channels, keys, config.QueryKeyValueBias);
        if (config.QueryKeyNorm)
        {
            QueryNorm = new Norm(parameters, $"{name}.q_norm", NormKind.Rms, config.HeadDim, config.NormEpsilon);
            KeyNorm = new Norm(parameters, $"{name}.k_norm", NormKind.Rms, config.HeadDim, config.NormEpsilon);
        }

        Output = new Linear(parameters, $"{name}.o", queries, config.Channels, config.OutputBias);
    }

    /// <summary>The query projection.</summary>
    public Linear Query { get; }

    /// <summary>The key projection.</summary>
    public Linear Key { get; }

    /// <summary>The value projection.</summary>
    public Linear Value { get; }

    /// <summary>Normalises each query, or null.</summary>
    public Norm? QueryNorm { get; }

    /// <summary>Normalises each key, or null.</summary>
    public Norm? KeyNorm { get; }

    /// <summary>The projection back to the residual stream.</summary>
    public Linear Output { get; }

    /// <summary><c>[token, channel]</c> → <c>[token, channel]</c>; extends the caches of the batch's sequences.</summary>
    public Tensor Forward(Pass pass, Tensor x)
    {
        int tokens = x.Shape[0];
        (Tensor q, Tensor k, Tensor v) = Linear.Forward(x, pass, Query, Key, Value);
        q = q.Reshape((tokens, config.Heads, config.HeadDim));
        k = k.Reshape((tokens, config.KeyValueHeads, config.HeadDim));
        v = v.Reshape((tokens, config.KeyValueHeads, config.HeadDim));
        if (QueryNorm is not null && KeyNorm is not null)
            (q, k) = (QueryNorm.Forward(q), KeyNorm.Forward(k));
        if (pass.RotaryTable(layer) is { } table)
        {
            q = Ops.Rotate(q, table, config.Rotary.Interleaved);
            k = Ops.Rotate(k, table, config.Rotary.Interleaved);
        }

        if (pass.Prefix is { } prefix)
        {
            q = pass.Behind(null, q);
            (k, v) = (pass.Behind(prefix.Keys(layer), k), pass.Behind(prefix.Values(layer), v));
        }

        pass.Remember(layer, k, v);
        Tensor mixed = Ops.Attention(q, k, v, pass.Segments(layer), spec);
        mixed = mixed.Reshape((mixed.Shape[0], config.Heads * config.HeadDim));
        return Output.Forward(pass.Prefix is null ? mixed : pass.TokensOf(mixed), pass);
    }
}
