namespace Grimoire.Tensors;

/// <content>Normalisation of rows.</content>
public static partial class Ops
{
    /// <summary>
    /// y = (x − mean) / √(variance + eps) ⊙ weight + bias over the last axis (Ba et al. 2016, arXiv:1607.06450): x <c>[rows…, channel]</c>, weight
    /// and bias <c>[channel]</c>, bias may be null.
    /// </summary>
    /// <exception cref="ArgumentException">The sizes do not match.</exception>
    public static Tensor LayerNorm(Tensor x, Tensor weight, Tensor? bias, float eps)
    {
        Workspace workspace = Home(x, weight, bias);
        CheckNorm(workspace, x, weight);
        if (bias is not null)
        {
            CheckType(workspace, bias);
            CheckShape(bias, weight.Shape);
        }

        Tensor y = workspace.New(x.Shape), statistics = Exact(workspace.New((x.Shape.Rows, 2)));
        workspace.Kernels.LayerNorm(x, weight, bias, eps, y, statistics);
        if (workspace.Tracks(x, weight, bias))
            workspace.Record(y, new LayerNormNode(x, weight, bias, statistics));
        return y;
    }

    /// <summary>
    /// y = x / √(mean x² + eps) ⊙ weight over the last axis (Zhang and Sennrich 2019, arXiv:1910.07467): x <c>[rows…, channel]</c>, weight
    /// <c>[channel]</c>. On <c>[token, head, head_dim]</c> it normalises each head.
    /// </summary>
    /// <exception cref="ArgumentException">The sizes do not match.</exception>
    public static Tensor RmsNorm(Tensor x, Tensor weight, float eps)
    {
        Workspace workspace = Home(x, weight);
        CheckNorm(workspace, x, weight);
        Tensor y = workspace.New(x.Shape), statistics = Exact(workspace.New(x.Shape.Rows));
        workspace.Kernels.RmsNorm(x, weight, eps, y, statistics);
        if (workspace.Tracks(x, weight))
            workspace.Record(y, new RmsNormNode(x, weight, statistics));
        return y;
    }

    /// <summary>Numbers of a row each, which are never put away rounded.</summary>
    private static Tensor Exact(Tensor statistics)
    {
        statistics.IsExact = true;
        return statistics;
    }

    private static void CheckNorm(Workspace workspace, Tensor x, Tensor weight)
    {
        CheckType(workspace, x);
        CheckType(workspace, weight);
        CheckShape(weight, x.Shape.Last);
    }
}

file readonly struct LayerNormNode(Tensor x, Tensor weight, Tensor? bias, Tensor statistics) : INode
{
    public void Backward(Tensor y, Kernels kernels) =>
        kernels.LayerNormGrad(x, weight, statistics, y.Grad!, x.WantedGrad(), weight.WantedGrad(), bias?.WantedGrad());
}

file readonly struct RmsNormNode(Tensor x, Tensor weight, Tensor statistics) : INode
{
    public void Backward(Tensor y, Kernels kernels) => kernels.RmsNormGrad(x, weight, statistics, y.Grad!, x.WantedGrad(), weight.WantedGrad());
}
