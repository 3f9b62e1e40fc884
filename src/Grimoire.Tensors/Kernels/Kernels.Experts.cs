namespace Grimoire.Tensors;

/// <content>Rows sent to some of many layers.</content>
public abstract partial class Kernels
{
    /// <summary>ids[r] = the columns of the largest elements of row r, largest first and of equals the first; ids of I32 <c>[row, count]</c>.</summary>
    public abstract void TopK(Tensor x, Tensor ids);

    /// <summary>y[r, s] = x[r, ids[r, s]].</summary>
    public abstract void GatherColumns(Tensor x, Tensor ids, Tensor y);

    /// <summary>dx[r, ids[r, s]] += dy[r, s].</summary>
    public abstract void GatherColumnsGrad(Tensor dy, Tensor ids, Tensor dx);

    /// <summary>
    /// Sorts slots by group, keeping their order within one: ids <c>[row, slot]</c>; rows <c>[row · slot]</c> receive the row of each sorted slot, places
    /// <c>[row, slot]</c> where each slot went, counts <c>[group]</c> how many each group has. All of I32.
    /// </summary>
    public abstract void GroupRows(Tensor ids, Tensor rows, Tensor places, Tensor counts);

    /// <summary>y[r] = Σ_s weights[r, s] · x[places[r, s]].</summary>
    public abstract void MixRows(Tensor x, Tensor places, Tensor weights, Tensor y);

    /// <summary>dx[places[r, s]] += weights[r, s] · dy[r]; dweights[r, s] += ⟨dy[r], x[places[r, s]]⟩. Either may be null.</summary>
    public abstract void MixRowsGrad(Tensor x, Tensor places, Tensor weights, Tensor dy, Tensor? dx, Tensor? dweights);

    /// <summary>
    /// <see cref="Linear(Tensor, Tensor, Tensor?, Tensor)"/> without bias, group by group: the first counts[0] rows with weights[0], the next counts[1] with
    /// weights[1] and so on.
    /// </summary>
    /// <exception cref="ArgumentException">The counts do not add up to the rows of x.</exception>
    public virtual void GroupedLinear(Tensor x, IReadOnlyList<Tensor> weights, Tensor counts, Tensor y)
    {
        ReadOnlySpan<int> sizes = Sizes(counts, x.Shape[0]);
        for (int group = 0, start = 0; group < sizes.Length; start += sizes[group++])
        {
            if (sizes[group] > 0)
                Linear(x.Rows(start, sizes[group]), weights[group], bias: null, y.Rows(start, sizes[group]));
        }
    }

    /// <summary><see cref="LinearInputGrad"/>, group by group.</summary>
    public virtual void GroupedLinearInputGrad(Tensor dy, IReadOnlyList<Tensor> weights, Tensor counts, Tensor dx)
    {
        ReadOnlySpan<int> sizes = Sizes(counts, dx.Shape[0]);
        for (int group = 0, start = 0; group < sizes.Length; start += sizes[group++])
        {
            if (sizes[group] > 0)
                LinearInputGrad(dy.Rows(start, sizes[group]), weights[group], dx.Rows(start, sizes[group]));
        }
    }

    /// <summary>
    /// <see cref="LinearWeightGrad"/>, group by group, into the gradients of those weights that require one; those of groups without rows become zero.
    /// </summary>
    public virtual void GroupedLinearWeightGrad(Tensor dy, Tensor x, IReadOnlyList<Tensor> weights, Tensor counts)
    {
        ReadOnlySpan<int> sizes = Sizes(counts, x.Shape[0]);
        for (int group = 0, start = 0; group < sizes.Length; start += sizes[group++])
        {
            if (weights[group].WantedGrad() is { } dweight && sizes[group] > 0)
                LinearWeightGrad(dy.Rows(start, sizes[group]), x.Rows(start, sizes[group]), dweight);
        }
    }

    private protected static ReadOnlySpan<int> Sizes(Tensor counts, int rows)
    {
        ReadOnlySpan<int> sizes = counts.Span<int>();
        long total = 0;
        foreach (int size in sizes)
            total = size < 0 ? long.MaxValue / 2 : total + size;
        return total == rows ? sizes : throw new ArgumentException($"groups of {total} rows do not divide {rows} rows", nameof(counts));
    }
}
