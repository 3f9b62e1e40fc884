namespace Grimoire.Tensors;

/// <content>Sums in place.</content>
public static partial class Ops
{
    /// <summary>
    /// sum + term, of one shape: in the memory of an activation <paramref name="sum"/> where nothing is recorded, which then is the result itself.
    /// </summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Tensor AddTo(Tensor sum, Tensor term)
    {
        Workspace workspace = CheckAlike(sum, term);
        if (workspace.Tape is not null || sum.Workspace is null)
            return Add(sum, term);
        workspace.Kernels.Add(sum, term, sum);
        return sum;
    }
}
