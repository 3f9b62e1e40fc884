namespace Grimoire.Tensors;

/// <content>Dropout.</content>
public static partial class Ops
{
    /// <summary>
    /// Zeroes each element with probability <paramref name="rate"/> and divides the others by 1 − rate (Srivastava et al. 2014). The mask is a
    /// function of <paramref name="seed"/> and the element's index alone, so a replay drops the same elements. Rate 0 returns x itself.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not in [0, 1).</exception>
    public static Tensor Dropout(Tensor x, float rate, ulong seed)
    {
        if (rate is not (>= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(rate), rate, "a dropout rate is at least 0 and below 1");
        if (rate == 0)
            return x;
        Workspace workspace = Home(x);
        CheckType(workspace, x);
        Tensor y = workspace.New(x.Shape);
        workspace.Kernels.Dropout(x, rate, seed, y);
        if (workspace.Tracks(x))
            workspace.Record(y, new DropoutNode(x, rate, seed));
        return y;
    }
}

file readonly struct DropoutNode(Tensor x, float rate, ulong seed) : INode
{
    public void Backward(Tensor y, Kernels kernels) => kernels.DropoutGrad(y.Grad!, rate, seed, x.GradToAddTo());
}
