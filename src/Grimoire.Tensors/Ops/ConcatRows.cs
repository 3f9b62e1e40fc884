namespace Grimoire.Tensors;

/// <content>Rows of two tensors as one.</content>
public static partial class Ops
{
    /// <summary>The rows of a, then those of b: <c>[m, …]</c> and <c>[n, …]</c> → <c>[m + n, …]</c>.</summary>
    /// <exception cref="ArgumentException">The sizes of a row do not match.</exception>
    public static Tensor ConcatRows(Tensor a, Tensor b)
    {
        Workspace workspace = Home(a, b);
        CheckType(workspace, a);
        CheckType(workspace, b);
        if (a.Shape.Rank == 0 || b.Shape.Rank != a.Shape.Rank || a.Shape.WithFirst(1) != b.Shape.WithFirst(1))
            Refuse(nameof(b), $"rows of {b.Shape} do not go below rows of {a.Shape}");
        Tensor y = workspace.New(a.Shape.WithFirst(a.Shape[0] + b.Shape[0]));
        workspace.Kernels.CopyRows(a, 0, a.Shape[0], y, 0);
        workspace.Kernels.CopyRows(b, 0, b.Shape[0], y, a.Shape[0]);
        if (workspace.Tracks(a, b))
            workspace.Record(y, new ConcatRowsNode(a, b));
        return y;
    }
}

file readonly struct ConcatRowsNode(Tensor a, Tensor b) : INode
{
    public void Backward(Tensor y, Kernels kernels)
    {
        if (a.WantedGrad() is { } da)
            kernels.Accumulate(y.Grad!.Rows(0, a.Shape[0]), 1, da);
        if (b.WantedGrad() is { } db)
            kernels.Accumulate(y.Grad!.Rows(a.Shape[0], b.Shape[0]), 1, db);
    }
}
