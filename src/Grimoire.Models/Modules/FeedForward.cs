using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>The half of a block that works on each token alone: down(σ(up(x))), or down(σ(gate(x)) ⊙ up(x)).</summary>
public sealed class FeedForward
{
    private readonly Activation activation;

    internal FeedForward(ParameterList parameters, string name, ModelConfig config)
    {
        activation = config.Activation;
        Gate = config.Gated ? new Linear(parameters, $"{name}.gate", config.Channels, config.FeedForward, config.FeedForwardBias) : null;
        Up = new Linear(parameters, $"{name}.up", config.Channels, config.FeedForward, config.FeedForwardBias);
        Down = new Linear(parameters, $"{name}.down", config.FeedForward, config.Channels, config.FeedForwardBias);
    }

    /// <summary>The gate's projection, where there is one.</summary>
    public Linear? Gate { get; }

    /// <summary>The projection up.</summary>
    public Linear Up { get; }

    /// <summary>The projection down.</summary>
    public Linear Down { get; }

    /// <summary><c>[token, channel]</c> → <c>[token, channel]</c>.</summary>
    public Tensor Forward(Pass pass, Tensor x)
    {
        if (Gate is null)
            return Down.Forward(Ops.Activate(activation, Up.Forward(x, pass)), pass);
        return Down.Forward(Linear.Forward(activation, x, pass, Gate, Up), pass);
    }
}
