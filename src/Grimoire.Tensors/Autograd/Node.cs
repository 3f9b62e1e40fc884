namespace Grimoire.Tensors;

/// <summary>One recorded op: what its backward needs, and the backward. A small struct per op, beside the op's forward.</summary>
public interface INode
{
    /// <summary>Whether the op changed a tensor that an earlier op had computed, which needs the same gradient.</summary>
    static virtual bool IsInPlace => false;

    /// <summary>Adds to the gradients of the operands that require one.</summary>
    /// <param name="y">What the op computed; its gradient is complete.</param>
    /// <param name="kernels">What computes.</param>
    void Backward(Tensor y, Kernels kernels);
}
