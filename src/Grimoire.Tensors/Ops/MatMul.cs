namespace Grimoire.Tensors;

/// <content>The product of two activations.</content>
public static partial class Ops
{
    /// <summary>
    /// y = op(a) op(b), where op transposes the last two axes if asked: <c>[m, k] × [k, n] → [m, n]</c>, or with an equal leading batch axis
    /// <c>[batch, m, k] × [batch, k, n] → [batch, m, n]</c>.
    /// </summary>
    /// <exception cref="ArgumentException">The sizes do not match.</exception>
    public static Tensor MatMul(Tensor a, Tensor b, bool transposeA = false, bool transposeB = false)
    {
        Workspace workspace = Home(a, b);
        CheckType(workspace, a);
        CheckType(workspace, b);
        int rank = a.Shape.Rank;
        if (rank is not (2 or 3) || b.Shape.Rank != rank || (rank == 3 && a.Shape[0] != b.Shape[0])
            || a.Shape[transposeA ? -2 : -1] != b.Shape[transposeB ? -1 : -2])
        {
            Refuse(nameof(b), $"shapes {a.Shape}{(transposeA ? "ᵀ" : "")} and {b.Shape}{(transposeB ? "ᵀ" : "")} do not multiply");
        }

        (int m, int n) = (a.Shape[transposeA ? -1 : -2], b.Shape[transposeB ? -2 : -1]);
        Tensor y = workspace.New(rank == 2 ? new Shape(m, n) : new Shape(a.Shape[0], m, n));
        workspace.Kernels.MatMul(a, b, y, transposeA, transposeB);
        if (workspace.Tracks(a, b))
            workspace.Record(y, new MatMulNode(a, b, transposeA, transposeB));
        return y;
    }
}

file readonly struct MatMulNode(Tensor a, Tensor b, bool transposeA, bool transposeB) : INode
{
    public void Backward(Tensor y, Kernels kernels)
    {
        if (a.WantedGrad() is { } da)
        {
            // With op(a) = aᵀ the gradient is the transpose: op(b) dyᵀ instead of dy op(b)ᵀ.
            if (transposeA)
                kernels.MatMul(b, y.Grad!, da, transposeB, transposeB: true, accumulate: true);
            else
                kernels.MatMul(y.Grad!, b, da, transposeA: false, !transposeB, accumulate: true);
        }

        if (b.WantedGrad() is { } db)
        {
            if (transposeB)
                kernels.MatMul(y.Grad!, a, db, transposeA: true, transposeA, accumulate: true);
            else
                kernels.MatMul(a, y.Grad!, db, !transposeA, transposeB: false, accumulate: true);
        }
    }
}
