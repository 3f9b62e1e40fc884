using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>
/// A block computed in F32 whose activations wait for the backward pass as bfloat16: half the memory, and gradients of numbers that are right to 8 bits. The residual
/// stream between blocks and the statistics of norms and attention stay in F32.
/// </summary>
internal static class RoundedBlock
{
    /// <summary>The block's output; what the forward pass computes is the same as without rounding.</summary>
    public static Tensor Forward(Pass pass, Block block, Tensor x)
    {
        Workspace workspace = pass.Workspace;
        Tensor y = workspace.New(x.Shape);
        Workspace.Position mark = workspace.Mark();
        var inner = new Tape();
        Tape outer = workspace.Exchange(inner)!;
        Tensor result = block.Forward(pass, x);
        workspace.Exchange(outer);
        workspace.Kernels.Copy(result, y);
        if (inner.Count == 0)
            workspace.Release(mark);
        else
            workspace.Record(y, new RoundedNode(x, result, inner, workspace.PutAway(mark)));
        return y;
    }

    private readonly struct RoundedNode(Tensor x, Tensor result, Tape inner, Shelved activations) : INode
    {
        public void Backward(Tensor y, Kernels kernels)
        {
            Workspace workspace = y.Workspace!;
            if (x.RequiresGrad)
                workspace.EnsureGrad(x);
            Workspace.Position mark = workspace.Mark();
            workspace.TakeOut(activations);
            inner.Backward(result, y.Grad!);
            workspace.Release(mark);
        }
    }
}
