using Grimoire.Models.Adapters;
using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>y = x Wᵀ + b, and what adapters make of it.</summary>
public sealed class Linear
{
    private LinearAdapter[] adapters = [];

    internal Linear(ParameterList parameters, string name, int inputs, int outputs, bool bias)
    {
        Name = name;
        Weight = parameters.Get($"{name}.weight", (outputs, inputs));
        Bias = bias ? parameters.Get($"{name}.bias", outputs) : null;
    }

    /// <summary>W, <c>[out, in]</c>.</summary>
    public Tensor Weight { get; }

    /// <summary>b, <c>[out]</c>, or null.</summary>
    public Tensor? Bias { get; }

    /// <summary>Where it sits, as in <c>blocks.3.attn.q</c>.</summary>
    internal string Name { get; }

    /// <summary><c>[token, in]</c> → <c>[token, out]</c>.</summary>
    /// <param name="x">The inputs.</param>
    /// <param name="pass">The pass, which says whether adapters are being trained; null outside one.</param>
    public Tensor Forward(Tensor x, Pass? pass = null) => Forward(x, pass, adapters.Length);

    /// <summary>The layer with the first <paramref name="count"/> of its adapters, one around the other.</summary>
    internal Tensor Forward(Tensor x, Pass? pass, int count)
    {
        for (; count > 0; count--)
        {
            if (adapters[count - 1].Owner.Enabled)
                return adapters[count - 1].Forward(this, x, pass, count - 1);
        }

        return Ops.Linear(x, Weight, Bias);
    }

    /// <summary>σ(gate) ⊙ up of two layers of one input, which is read once where no adapter has an effect.</summary>
    internal static Tensor Forward(Activation activation, Tensor x, Pass? pass, Linear gate, Linear up) => gate.IsAdapted || up.IsAdapted
        ? Ops.Gate(activation, gate.Forward(x, pass), up.Forward(x, pass))
        : Ops.GatedLinear(activation, x, (gate.Weight, gate.Bias), (up.Weight, up.Bias));

    /// <summary>Three layers of one input, which is read once where no adapter has an effect.</summary>
    internal static (Tensor A, Tensor B, Tensor C) Forward(Tensor x, Pass? pass, Linear a, Linear b, Linear c)
    {
        if (a.IsAdapted || b.IsAdapted || c.IsAdapted)
            return (a.Forward(x, pass), b.Forward(x, pass), c.Forward(x, pass));
        Span<Tensor> y = [x, x, x];
        Ops.Linear(x, [(a.Weight, a.Bias), (b.Weight, b.Bias), (c.Weight, c.Bias)], y);
        return (y[0], y[1], y[2]);
    }

    /// <summary>Whether any adapter has an effect.</summary>
    internal bool IsAdapted
    {
        get
        {
            foreach (LinearAdapter adapter in adapters)
            {
                if (adapter.Owner.Enabled)
                    return true;
            }

            return false;
        }
    }

    /// <summary>Merges the adapters that have an effect into copies of the weights, from the innermost on.</summary>
    internal void Merge(Tensor weight, Tensor? bias)
    {
        foreach (LinearAdapter adapter in adapters.Where(adapter => adapter.Owner.Enabled))
            adapter.Merge(this, weight, bias);
    }

    internal void Attach(LinearAdapter adapter) => adapters = [.. adapters, adapter];

    internal void Detach(Adapter adapter) => adapters = [.. adapters.Where(other => other.Owner != adapter)];
}
