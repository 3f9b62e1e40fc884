using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>
/// A place in a pass for a block computed in F32 whose activations wait for the backward pass as bfloat16: half the memory, and gradients of numbers that are
/// right to 8 bits. The residual stream between blocks and the statistics of norms and attention stay in F32.
/// </summary>
internal sealed class RoundedBlock
{
    private readonly Tape inner = new();
    private readonly Shelved activations = new();

    /// <summary>The block's output; what the forward pass computes is the same as without rounding.</summary>
    public Tensor Forward(Pass pass, Block block, Tensor x)
    {
        Workspace workspace = pass.Workspace;
        Tensor y = workspace.New(x.Shape);
        Workspace.Position mark = workspace.Mark();
        inner.Clear();
        Tape outer = workspace.Exchange(inner)!;
        Tensor result = block.Forward(pass, x);
        workspace.Exchange(outer);
        workspace.Kernels.Copy(result, y);
        if (inner.Count == 0)
        {
            workspace.Release(mark);
            return y;
        }

        workspace.PutAway(mark, activations);
        workspace.Record(y, new RoundedNode(this, x, result));
        return y;
    }

    private readonly struct RoundedNode(RoundedBlock block, Tensor x, Tensor result) : INode
    {
        public void Backward(Tensor y, Kernels kernels)
        {
            Workspace workspace = y.Workspace!;
            if (x.RequiresGrad)
                workspace.EnsureGrad(x);
            Workspace.Position mark = workspace.Mark();
            workspace.TakeOut(block.activations);
            block.inner.Backward(result, y.Grad!);
            workspace.Release(mark);
        }
    }
}
