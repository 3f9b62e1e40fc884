using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <content>Sums, products and multiples, element by element.</content>
public static partial class Ops
{
    /// <summary>y = a + b, of one shape.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Tensor Add(Tensor a, Tensor b)
    {
        Workspace workspace = CheckAlike(a, b);
        Tensor y = workspace.New(a.Shape);
        workspace.Kernels.Add(a, b, y);
        if (workspace.Tracks(a, b))
            workspace.Record(y, new AddNode(a, b));
        return y;
    }

    /// <summary>y = a − b, of one shape.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Tensor Subtract(Tensor a, Tensor b)
    {
        Workspace workspace = CheckAlike(a, b);
        Tensor y = workspace.New(a.Shape);
        workspace.Kernels.Copy(a, y);
        workspace.Kernels.Accumulate(b, -1, y);
        if (workspace.Tracks(a, b))
            workspace.Record(y, new SubtractNode(a, b));
        return y;
    }

    /// <summary>y = a ⊙ b, of one shape.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Tensor Multiply(Tensor a, Tensor b)
    {
        Workspace workspace = CheckAlike(a, b);
        Tensor y = workspace.New(a.Shape);
        workspace.Kernels.Multiply(a, b, y);
        if (workspace.Tracks(a, b))
            workspace.Record(y, new MultiplyNode(a, b));
        return y;
    }

    /// <summary>y = factor · x.</summary>
    public static Tensor Scale(Tensor x, float factor)
    {
        Workspace workspace = Home(x);
        CheckType(workspace, x);
        Tensor y = workspace.New(x.Shape);
        workspace.Kernels.Scale(x, factor, y);
        if (workspace.Tracks(x))
            workspace.Record(y, new ScaleNode(x, factor));
        return y;
    }

    private static Workspace CheckAlike(
        Tensor a, Tensor b, [CallerArgumentExpression(nameof(a))] string nameA = "", [CallerArgumentExpression(nameof(b))] string nameB = "")
    {
        Workspace workspace = Home(a, b);
        CheckType(workspace, a, nameA);
        CheckType(workspace, b, nameB);
        CheckShape(b, a.Shape, nameB);
        return workspace;
    }
}

file readonly struct AddNode(Tensor a, Tensor b) : INode
{
    public void Backward(Tensor y, Kernels kernels)
    {
        if (a.RequiresGrad)
            a.AddGradOf(y, kernels);
        if (b.RequiresGrad)
            b.AddGradOf(y, kernels);
    }
}

file readonly struct SubtractNode(Tensor a, Tensor b) : INode
{
    public void Backward(Tensor y, Kernels kernels)
    {
        if (a.RequiresGrad)
            a.AddGradOf(y, kernels);
        if (b.RequiresGrad)
            kernels.Accumulate(y.Grad!, -1, b.GradToAddTo());
    }
}

file readonly struct MultiplyNode(Tensor a, Tensor b) : INode
{
    public void Backward(Tensor y, Kernels kernels)
    {
        if (a.RequiresGrad)
            kernels.MultiplyGrad(y.Grad!, b, a.GradToAddTo());
        if (b.RequiresGrad)
            kernels.MultiplyGrad(y.Grad!, a, b.GradToAddTo());
    }
}

file readonly struct ScaleNode(Tensor x, float factor) : INode
{
    public void Backward(Tensor y, Kernels kernels) => kernels.Accumulate(y.Grad!, factor, x.GradToAddTo());
}
