using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>The normalisation of rows that a family uses.</summary>
public sealed class Norm
{
    private readonly NormKind kind;
    private readonly float epsilon;

    internal Norm(ParameterList parameters, string name, ModelConfig config)
        : this(parameters, name, config.Norm, config.Channels, config.NormEpsilon)
    {
    }

    internal Norm(ParameterList parameters, string name, NormKind kind, int channels, float epsilon)
    {
        (this.kind, this.epsilon) = (kind, epsilon);
        Weight = parameters.Get($"{name}.weight", channels);
        Bias = kind == NormKind.Layer ? parameters.Get($"{name}.bias", channels) : null;
    }

    /// <summary>The scale of each channel.</summary>
    public Tensor Weight { get; }

    /// <summary>The shift of each channel, or null.</summary>
    public Tensor? Bias { get; }

    /// <summary><c>[token, channel]</c> → the same; or <c>[token, head, channel]</c>, each head by itself.</summary>
    public Tensor Forward(Tensor x) => kind == NormKind.Layer ? Ops.LayerNorm(x, Weight, Bias, epsilon) : Ops.RmsNorm(x, Weight, epsilon);
}
