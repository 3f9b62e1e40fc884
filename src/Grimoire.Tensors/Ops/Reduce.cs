namespace Grimoire.Tensors;

/// <content>Sums and means over all elements.</content>
public static partial class Ops
{
    /// <summary>Σ x, a scalar <c>[]</c>.</summary>
    public static Tensor Sum(Tensor x)
    {
        Workspace workspace = Home(x);
        CheckType(workspace, x);
        Tensor y = workspace.New(Shape.Scalar);
        workspace.Kernels.Sum(x, y);
        if (workspace.Tracks(x))
            workspace.Record(y, new SumNode(x));
        return y;
    }

    /// <summary>Σ x / count, a scalar <c>[]</c>.</summary>
    /// <exception cref="ArgumentException">There are no elements.</exception>
    public static Tensor Mean(Tensor x)
    {
        if (x.Shape.Count == 0)
            Refuse(nameof(x), "no elements have no mean");
        return Scale(Sum(x), 1f / x.Shape.Count);
    }

    /// <summary>The mean of (prediction − target)², a scalar <c>[]</c>.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Tensor SquaredError(Tensor prediction, Tensor target)
    {
        Tensor difference = Subtract(prediction, target);
        return Mean(Multiply(difference, difference));
    }
}

file readonly struct SumNode(Tensor x) : INode
{
    public void Backward(Tensor y, Kernels kernels) => kernels.SumGrad(y.Grad!, x.GradToAddTo());
}
