using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>One layer: attention, then the feed-forward half, each added to the residual stream, with norms where <see cref="NormPlacement"/> says.</summary>
public sealed class Block
{
    private readonly NormPlacement placement;

    internal Block(ParameterList parameters, ModelConfig config, int layer)
    {
        string name = $"blocks.{layer}";
        placement = config.NormPlacement;
        (bool before, bool after) = (placement != NormPlacement.Post, placement != NormPlacement.Pre);
        AttentionNorm = before ? new Norm(parameters, $"{name}.attn_norm", config) : null;
        Attention = new Attention(parameters, $"{name}.attn", config, layer);
        AttentionPostNorm = after ? new Norm(parameters, $"{name}.attn_post_norm", config) : null;
        FeedForwardNorm = before ? new Norm(parameters, $"{name}.mlp_norm", config) : null;
        if (config.Experts > 0)
            Mixture = new MixtureOfExperts(parameters, $"{name}.mlp", config);
        else
            FeedForward = new FeedForward(parameters, $"{name}.mlp", config);
        FeedForwardPostNorm = after ? new Norm(parameters, $"{name}.mlp_post_norm", config) : null;
    }

    /// <summary>Before attention, or null.</summary>
    public Norm? AttentionNorm { get; }

    /// <summary>Tokens look at each other.</summary>
    public Attention Attention { get; }

    /// <summary>After attention, or null.</summary>
    public Norm? AttentionPostNorm { get; }

    /// <summary>Before the feed-forward half, or null.</summary>
    public Norm? FeedForwardNorm { get; }

    /// <summary>Each token alone; null where there are experts.</summary>
    public FeedForward? FeedForward { get; }

    /// <summary>Each token with its experts, or null.</summary>
    public MixtureOfExperts? Mixture { get; }

    /// <summary>After the feed-forward half, or null.</summary>
    public Norm? FeedForwardPostNorm { get; }

    /// <summary>The residual stream <c>[token, channel]</c>, before → after; without a tape what is added is added in place.</summary>
    public Tensor Forward(Pass pass, Tensor x)
    {
        x = Join(x, pass.Dropout(Attention.Forward(pass, Normed(x, AttentionNorm))), AttentionPostNorm);
        Tensor alone = Normed(x, FeedForwardNorm);
        alone = Mixture is null ? FeedForward!.Forward(pass, alone) : Mixture.Forward(pass, alone);
        return Join(x, pass.Dropout(alone), FeedForwardPostNorm);
    }

    private static Tensor Normed(Tensor x, Norm? norm) => norm is null ? x : norm.Forward(x);

    /// <summary>The stream and what a half says: the norm is of the latter, or of their sum.</summary>
    private Tensor Join(Tensor x, Tensor said, Norm? norm) =>
        placement == NormPlacement.Post ? Normed(Ops.AddTo(x, said), norm) : Ops.AddTo(x, Normed(said, norm));
}
