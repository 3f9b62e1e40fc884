namespace Grimoire.Tensors;

/// <content>Columns of two tensors as one.</content>
public static partial class Ops
{
    /// <summary>Row by row a, then b: <c>[row, m]</c> and <c>[row, n]</c> → <c>[row, m + n]</c>.</summary>
    /// <exception cref="ArgumentException">The rows do not match.</exception>
    public static Tensor ConcatColumns(Tensor a, Tensor b)
    {
        Workspace workspace = Home(a, b);
        CheckType(workspace, a);
        CheckType(workspace, b);
        CheckRank(a, 2);
        if (b.Shape.Rank != 2 || b.Shape[0] != a.Shape[0])
            Refuse(nameof(b), $"columns of {b.Shape} do not go beside columns of {a.Shape}");
        Tensor y = workspace.New((a.Shape[0], a.Shape[1] + b.Shape[1]));
        workspace.Kernels.CopyColumns(a, 0, y, 0, a.Shape[1], accumulate: false);
        workspace.Kernels.CopyColumns(b, 0, y, a.Shape[1], b.Shape[1], accumulate: false);
        if (workspace.Tracks(a, b))
            workspace.Record(y, new ConcatColumnsNode(a, b));
        return y;
    }
}

file readonly struct ConcatColumnsNode(Tensor a, Tensor b) : INode
{
    public void Backward(Tensor y, Kernels kernels)
    {
        if (a.WantedGrad() is { } da)
            kernels.CopyColumns(y.Grad!, 0, da, 0, a.Shape[1], accumulate: true);
        if (b.WantedGrad() is { } db)
            kernels.CopyColumns(y.Grad!, a.Shape[1], db, 0, b.Shape[1], accumulate: true);
    }
}
