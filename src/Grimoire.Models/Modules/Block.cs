using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>One layer: x + attention(norm(x)), then x + feed-forward(norm(x)).</summary>
public sealed class Block
{
    internal Block(ParameterList parameters, ModelConfig config, int layer)
    {
        string name = $"blocks.{layer}";
        AttentionNorm = new Norm(parameters, $"{name}.attn_norm", config);
        Attention = new Attention(parameters, $"{name}.attn", config, layer);
        FeedForwardNorm = new Norm(parameters, $"{name}.mlp_norm", config);
        FeedForward = new FeedForward(parameters, $"{name}.mlp", config);
    }

    /// <summary>Before attention.</summary>
    public Norm AttentionNorm { get; }

    /// <summary>Tokens look at each other.</summary>
    public Attention Attention { get; }

    /// <summary>Before the feed-forward half.</summary>
    public Norm FeedForwardNorm { get; }

    /// <summary>Each token alone.</summary>
    public FeedForward FeedForward { get; }

    /// <summary>The residual stream <c>[token, channel]</c>, before → after.</summary>
    public Tensor Forward(Pass pass, Tensor x)
    {
        x += pass.Dropout(Attention.Forward(pass, AttentionNorm.Forward(x)));
        x += pass.Dropout(FeedForward.Forward(FeedForwardNorm.Forward(x)));
        return x;
    }
}
