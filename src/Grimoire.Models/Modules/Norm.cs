using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>The normalisation of rows that a family uses.</summary>
public sealed class Norm
{
    private readonly NormKind kind;
    private readonly float epsilon;

    internal Norm(ParameterList parameters, string name, ModelConfig config)
    {
        (kind, epsilon) = (config.Norm, config.NormEpsilon);
        Weight = parameters.Get($"{name}.weight", config.Channels);
        Bias = kind == NormKind.Layer ? parameters.Get($"{name}.bias", config.Channels) : null;
    }

    /// <summary>The scale of each channel.</summary>
    public Tensor Weight { get; }

    /// <summary>The shift of each channel, or null.</summary>
    public Tensor? Bias { get; }

    /// <summary><c>[token, channel]</c> → the same.</summary>
    public Tensor Forward(Tensor x) => kind == NormKind.Layer ? Ops.LayerNorm(x, Weight, Bias, epsilon) : Ops.RmsNorm(x, Weight, epsilon);
}
