namespace Grimoire.Tensors;

/// <content>What a low-rank adapter adds to a linear layer.</content>
public static partial class Ops
{
    /// <summary>
    /// y += factor · (x Aᵀ) Bᵀ, in place: y <c>[row, out]</c>, x <c>[row, in]</c>, a <c>[rank, in]</c>, b <c>[out, rank]</c> (Hu et al. 2021,
    /// arXiv:2106.09685). Only <c>[row, rank]</c> numbers are kept for the backward pass.
    /// </summary>
    /// <returns><paramref name="y"/>, whose old values must not be needed by anybody else.</returns>
    /// <exception cref="ArgumentException">The sizes do not match.</exception>
    public static Tensor AddLowRank(Tensor y, Tensor x, Tensor a, Tensor b, float factor)
    {
        Workspace workspace = Home(y, x);
        CheckType(workspace, y);
        CheckRank(x, 2);
        CheckLinear(workspace, x, a, bias: null);
        CheckWeight(workspace, b);
        CheckShape(b, (b.Shape[0], a.Shape[0]));
        CheckShape(y, (x.Shape[0], b.Shape[0]));
        Tensor h = workspace.New((x.Shape[0], a.Shape[0]));
        workspace.Kernels.Linear(x, a, bias: null, h);
        workspace.Kernels.Scale(h, factor, h);
        Workspace.Position mark = workspace.Mark();
        Tensor added = workspace.New(y.Shape);
        workspace.Kernels.Linear(h, b, bias: null, added);
        workspace.Kernels.Accumulate(added, 1, y);
        workspace.Release(mark);
        if (workspace.Tracks(x, a, b))
            workspace.Record(y, new AddLowRankNode(x, a, b, h, factor));
        return y;
    }
}

/// <summary>What stood in y before gets its gradient from the op that made it: ∂loss/∂y is the same before and after.</summary>
file readonly struct AddLowRankNode(Tensor x, Tensor a, Tensor b, Tensor h, float factor) : INode
{
    public static bool IsInPlace => true;

    public void Backward(Tensor y, Kernels kernels)
    {
        if (b.WantedGrad() is { } db)
            kernels.LinearWeightGrad(y.Grad!, h, db);
        (Tensor? dx, Tensor? da) = (x.WantedGrad(), a.WantedGrad());
        Workspace workspace = y.Workspace!;
        Workspace.Position mark = workspace.Mark();
        Tensor dh = workspace.Zeros(h.Shape);
        kernels.LinearInputGrad(y.Grad!, b, dh);
        kernels.Scale(dh, factor, dh);
        if (da is not null)
            kernels.LinearWeightGrad(dh, x, da);
        if (dx is not null)
            kernels.LinearInputGrad(dh, a, dx);
        workspace.Release(mark);
    }
}
