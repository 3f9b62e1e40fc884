using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>y = x Wᵀ + b.</summary>
public sealed class Linear
{
    internal Linear(ParameterList parameters, string name, int inputs, int outputs, bool bias)
    {
        Weight = parameters.Get($"{name}.weight", (outputs, inputs));
        Bias = bias ? parameters.Get($"{name}.bias", outputs) : null;
    }

    /// <summary>W, <c>[out, in]</c>.</summary>
    public Tensor Weight { get; }

    /// <summary>b, <c>[out]</c>, or null.</summary>
    public Tensor? Bias { get; }

    /// <summary><c>[token, in]</c> → <c>[token, out]</c>.</summary>
    public Tensor Forward(Tensor x) => Ops.Linear(x, Weight, Bias);
}
