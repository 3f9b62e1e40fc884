namespace Grimoire.Tensors;

/// <content>Channels scaled and shifted.</content>
public static partial class Ops
{
    /// <summary>y[…, c] = x[…, c] · factors[c] + shift[c]: x <c>[rows…, channel]</c>, factors and shift <c>[channel]</c>, shift null for none.</summary>
    /// <exception cref="ArgumentException">The sizes do not match.</exception>
    public static Tensor ScaleColumns(Tensor x, Tensor factors, Tensor? shift = null)
    {
        Workspace workspace = Home(x, factors, shift);
        CheckType(workspace, x);
        CheckType(workspace, factors);
        CheckShape(factors, x.Shape.Last);
        if (shift is not null)
        {
            CheckType(workspace, shift);
            CheckShape(shift, x.Shape.Last);
        }

        Tensor y = workspace.New(x.Shape);
        workspace.Kernels.ScaleColumns(x, factors, shift, y);
        if (workspace.Tracks(x, factors, shift))
            workspace.Record(y, new ScaleColumnsNode(x, factors, shift));
        return y;
    }
}

file readonly struct ScaleColumnsNode(Tensor x, Tensor factors, Tensor? shift) : INode
{
    public void Backward(Tensor y, Kernels kernels)
    {
        (Tensor? dx, Tensor? dfactors) = (x.WantedGrad(), factors.WantedGrad());
        if (shift?.WantedGrad() is { } dshift)
            kernels.LinearBiasGrad(y.Grad!, dshift);
        Workspace workspace = y.Workspace!;
        Workspace.Position mark = workspace.Mark();
        Tensor product = workspace.New(x.Shape);
        if (dx is not null)
        {
            kernels.ScaleColumns(y.Grad!, factors, shift: null, product);
            kernels.Accumulate(product, 1, dx);
        }

        if (dfactors is not null)
        {
            kernels.Multiply(y.Grad!, x, product);
            kernels.LinearBiasGrad(product, dfactors);
        }

        workspace.Release(mark);
    }
}
