namespace Grimoire.Tensors;

/// <content>Distributions over the last axis.</content>
public static partial class Ops
{
    /// <summary>y = exp x / Σ exp x over the last axis; −∞ gives 0.</summary>
    public static Tensor Softmax(Tensor x)
    {
        Workspace workspace = Home(x);
        CheckType(workspace, x);
        Tensor y = workspace.New(x.Shape);
        workspace.Kernels.Softmax(x, y);
        if (workspace.Tracks(x))
            workspace.Record(y, new SoftmaxNode(x));
        return y;
    }

    /// <summary>y = x − log Σ exp x over the last axis.</summary>
    public static Tensor LogSoftmax(Tensor x)
    {
        Workspace workspace = Home(x);
        CheckType(workspace, x);
        Tensor y = workspace.New(x.Shape);
        workspace.Kernels.LogSoftmax(x, y);
        if (workspace.Tracks(x))
            workspace.Record(y, new LogSoftmaxNode(x));
        return y;
    }

    /// <summary>
    /// The index of the largest element along the last axis (the first of equals): x <c>[rows…, class]</c>, result of I32 <c>[row]</c>; no gradient.
    /// </summary>
    /// <exception cref="ArgumentException">The last axis is empty.</exception>
    public static Tensor ArgMax(Tensor x)
    {
        Workspace workspace = Home(x);
        CheckType(workspace, x);
        if (x.Shape.Last == 0)
            Refuse(nameof(x), "no elements have no largest");
        Tensor y = workspace.New(x.Shape.Rows, DType.I32);
        workspace.Kernels.ArgMax(x, y);
        return y;
    }
}

file readonly struct SoftmaxNode(Tensor x) : INode
{
    public void Backward(Tensor y, Kernels kernels) => kernels.SoftmaxGrad(y, y.Grad!, x.GradToAddTo());
}

file readonly struct LogSoftmaxNode(Tensor x) : INode
{
    public void Backward(Tensor y, Kernels kernels) => kernels.LogSoftmaxGrad(y, y.Grad!, x.GradToAddTo());
}
