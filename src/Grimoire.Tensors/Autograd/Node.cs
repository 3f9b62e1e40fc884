namespace Grimoire.Tensors;

/// <summary>
/// One recorded op: what its backward needs, and the backward. A small sealed class per op, beside the op's forward.
/// </summary>
/// <param name="output">The tensor that the op computed.</param>
public abstract class Node(Tensor output)
{
    /// <summary>The tensor that the op computed.</summary>
    public Tensor Output { get; } = output;

    /// <summary>Whether the op changed a tensor that an earlier op had computed, which needs the same gradient.</summary>
    public virtual bool IsInPlace => false;

    /// <summary>∂loss/∂output, complete when <see cref="Backward"/> runs.</summary>
    protected Tensor OutputGrad => Output.Grad!;

    /// <summary>Adds to the gradients of the operands that require one.</summary>
    public abstract void Backward(Kernels kernels);
}
