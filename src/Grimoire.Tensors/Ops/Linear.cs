namespace Grimoire.Tensors;

/// <content>The linear layer.</content>
public static partial class Ops
{
    /// <summary>So many layers fit on the stack.</summary>
    private const int MostProjections = 4;

    /// <summary>
    /// y = x Wᵀ + b: x <c>[rows…, in]</c>, weight <c>[out, in]</c> of any type but integers, bias <c>[out]</c> or null, y <c>[rows…, out]</c>.
    /// </summary>
    /// <exception cref="ArgumentException">The sizes do not match, or a weight is to be trained that is not of the activations' type.</exception>
    public static Tensor Linear(Tensor x, Tensor weight, Tensor? bias = null)
    {
        Workspace workspace = Home(x, weight, bias);
        CheckLinear(workspace, x, weight, bias);
        Tensor y = workspace.New(x.Shape.WithLast(weight.Shape[0]));
        workspace.Kernels.Linear(x, weight, bias, y);
        Remember(workspace, x, weight, bias, y);
        return y;
    }

    /// <summary>Several linear layers of one input, such as queries, keys and values: x is read, or packed, once for all of them.</summary>
    /// <param name="x"><c>[rows…, in]</c>, an activation.</param>
    /// <param name="layers">Weight <c>[out, in]</c> and bias <c>[out]</c> or null of each.</param>
    /// <param name="outputs">Receives y <c>[rows…, out]</c> of each.</param>
    /// <exception cref="ArgumentException">The sizes do not match, or a weight is to be trained that is not of the activations' type.</exception>
    public static void Linear(Tensor x, ReadOnlySpan<(Tensor Weight, Tensor? Bias)> layers, Span<Tensor> outputs)
    {
        Workspace workspace = Home(x);
        if (layers.Length > MostProjections)
        {
            for (int i = 0; i < layers.Length; i++)
                outputs[i] = Linear(x, layers[i].Weight, layers[i].Bias);
            return;
        }

        Span<Projection> projections = [default, default, default, default];
        for (int i = 0; i < layers.Length; i++)
        {
            (Tensor weight, Tensor? bias) = layers[i];
            CheckLinear(workspace, x, weight, bias);
            outputs[i] = workspace.New(x.Shape.WithLast(weight.Shape[0]));
            projections[i] = new Projection(weight, bias, outputs[i]);
        }

        workspace.Kernels.Linear(x, projections[..layers.Length]);
        foreach (ref readonly Projection layer in projections[..layers.Length])
            Remember(workspace, x, layer.Weight, layer.Bias, layer.Y);
    }

    private static void Remember(Workspace workspace, Tensor x, Tensor weight, Tensor? bias, Tensor y)
    {
        workspace.LinearObserver?.Invoke(x, weight);
        if (workspace.Tracks(x, weight, bias))
            workspace.Record(y, new LinearNode(x, weight, bias));
    }

    private static void CheckLinear(Workspace workspace, Tensor x, Tensor weight, Tensor? bias)
    {
        CheckType(workspace, x);
        CheckWeight(workspace, weight);
        CheckRank(weight, 2);
        if (x.Shape.Rank == 0 || x.Shape.Last != weight.Shape[1])
            Refuse(nameof(x), $"x of shape {x.Shape} does not enter a weight of shape {weight.Shape}, [out, in]");
        if (bias is null)
            return;
        CheckType(workspace, bias);
        CheckShape(bias, weight.Shape[0]);
    }
}

file readonly struct LinearNode(Tensor x, Tensor weight, Tensor? bias) : INode
{
    public void Backward(Tensor y, Kernels kernels)
    {
        if (x.RequiresGrad)
            kernels.LinearInputGrad(y.Grad!, weight, x.GradToAddTo());
        if (weight.RequiresGrad)
            kernels.LinearWeightGrad(y.Grad!, x, weight.GradToAddTo());
        if (bias is { RequiresGrad: true })
            kernels.LinearBiasGrad(y.Grad!, bias.GradToAddTo());
    }
}
