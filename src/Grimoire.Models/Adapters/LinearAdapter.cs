using Grimoire.Tensors;

namespace Grimoire.Models.Adapters;

/// <summary>What an adapter does to one linear layer. It wraps whatever was attached to the layer before it.</summary>
internal abstract class LinearAdapter(Adapter owner, string layer)
{
    /// <summary>The adapter it is a part of, which can be switched off.</summary>
    public Adapter Owner { get; } = owner;

    /// <summary>The layer's name, as in <c>blocks.3.attn.q</c>.</summary>
    public string Layer { get; } = layer;

    /// <summary>The layer with this around it.</summary>
    /// <param name="linear">The layer.</param>
    /// <param name="x"><c>[token, in]</c>.</param>
    /// <param name="pass">The pass, which knows whether to drop inputs; null outside one.</param>
    /// <param name="inner">How many of the layer's adapters are inside this one.</param>
    /// <returns><c>[token, out]</c>.</returns>
    public abstract Tensor Forward(Linear linear, Tensor x, Pass? pass, int inner);

    /// <summary>Adds what this does to the weights of a layer, in place.</summary>
    /// <param name="linear">The layer, with the weights it was loaded with.</param>
    /// <param name="weight">Its weight with what is inside this merged already, F32 <c>[out, in]</c>.</param>
    /// <param name="bias">Its bias with the same, F32 <c>[out]</c>; null where there is none.</param>
    public abstract void Merge(Linear linear, Tensor weight, Tensor? bias);

    /// <summary>Learns what it needs to know of a layer that it is attached to.</summary>
    public virtual void Bind(Linear linear)
    {
    }

    /// <summary>Whether it is for a layer of this size.</summary>
    public abstract bool Fits(Linear linear);

    /// <summary>Inputs with some dropped, where this pass trains.</summary>
    protected Tensor Dropped(Tensor x, Pass? pass) => Owner.Dropped(x, pass);
}
