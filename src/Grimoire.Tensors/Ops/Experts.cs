namespace Grimoire.Tensors;

/// <summary>Rows sorted by the group each of their slots was sent to; see <see cref="Ops.GroupRows"/>.</summary>
/// <param name="Rows">The row of each sorted slot, I32 <c>[row · slot]</c>.</param>
/// <param name="Places">Where each row's slots went, I32 <c>[row, slot]</c>.</param>
/// <param name="Counts">The number of slots of each group, I32 <c>[group]</c>.</param>
public readonly record struct RowGroups(Tensor Rows, Tensor Places, Tensor Counts);

/// <content>Rows sent to some of many layers, and what comes back: a mixture of experts (Shazeer et al. 2017, arXiv:1701.06538).</content>
public static partial class Ops
{
    /// <summary>
    /// The columns of the <paramref name="count"/> largest elements of each row, largest first and of equals the first: x <c>[row, column]</c>, result of I32
    /// <c>[row, count]</c>; no gradient.
    /// </summary>
    /// <exception cref="ArgumentException">There are not so many columns.</exception>
    public static Tensor TopK(Tensor x, int count)
    {
        Workspace workspace = Home(x);
        CheckType(workspace, x);
        CheckRank(x, 2);
        if (count < 1 || count > x.Shape[1])
            Refuse(nameof(count), $"{count} of {x.Shape[1]} columns cannot be chosen");
        Tensor ids = workspace.New((x.Shape[0], count), DType.I32);
        workspace.Kernels.TopK(x, ids);
        return ids;
    }

    /// <summary>y[r, s] = x[r, ids[r, s]]: x <c>[row, column]</c>, ids of I32 <c>[row, slot]</c>.</summary>
    /// <exception cref="ArgumentException">A shape does not fit, or an id is not a column.</exception>
    public static Tensor GatherColumns(Tensor x, Tensor ids)
    {
        Workspace workspace = Home(x, ids);
        CheckType(workspace, x);
        CheckRank(x, 2);
        CheckSlots(ids, x.Shape[0]);
        Tensor y = workspace.New(ids.Shape);
        workspace.Kernels.GatherColumns(x, ids, y);
        if (workspace.Tracks(x))
            workspace.Record(y, new GatherColumnsNode(x, ids));
        return y;
    }

    /// <summary>Sorts the slots of rows by the group each is sent to, keeping their order within a group: ids of I32 <c>[row, slot]</c>.</summary>
    /// <exception cref="ArgumentException">An id is not below <paramref name="groups"/>.</exception>
    public static RowGroups GroupRows(Tensor ids, int groups)
    {
        Workspace workspace = Home(ids);
        CheckRank(ids, 2);
        CheckSlots(ids, ids.Shape[0]);
        var sorted = new RowGroups(workspace.New((int)ids.Shape.Count, DType.I32), workspace.New(ids.Shape, DType.I32), workspace.New(groups, DType.I32));
        workspace.Kernels.GroupRows(ids, sorted.Rows, sorted.Places, sorted.Counts);
        return sorted;
    }

    /// <summary>
    /// A linear layer for each group of rows: the first counts[0] rows of x times weights[0], the next counts[1] times weights[1] and so on; x
    /// <c>[row, in]</c>, each weight <c>[out, in]</c> of any type, counts of I32 <c>[group]</c>.
    /// </summary>
    /// <exception cref="ArgumentException">The sizes do not match, or the counts do not add up to the rows.</exception>
    public static Tensor GroupedLinear(Tensor x, IReadOnlyList<Tensor> weights, Tensor counts)
    {
        ArgumentNullException.ThrowIfNull(weights);
        Workspace workspace = Home(x, counts);
        CheckIds(counts, weights.Count);
        bool tracked = workspace.Tracks(x);
        for (int group = 0; group < weights.Count; group++)
        {
            CheckLinear(workspace, x, weights[group], bias: null);
            CheckShape(weights[group], weights[0].Shape);
            tracked |= workspace.Tracks(weights[group]);
        }

        Tensor y = workspace.New(x.Shape.WithLast(weights[0].Shape[0]));
        workspace.Kernels.GroupedLinear(x, weights, counts, y);
        if (workspace.LinearObserver is not null)
            Observe(workspace.LinearObserver, x, weights, counts);
        if (tracked)
            workspace.Record(y, new GroupedLinearNode(x, weights, counts));
        return y;
    }

    /// <summary>
    /// y[r] = Σ_s weights[r, s] · x[places[r, s]]: what came back from the groups, put together again; x <c>[place, channel]</c>, places of I32
    /// <c>[row, slot]</c>, weights <c>[row, slot]</c>.
    /// </summary>
    /// <exception cref="ArgumentException">The sizes do not match, or a place is not a row of x.</exception>
    public static Tensor MixRows(Tensor x, Tensor places, Tensor weights)
    {
        Workspace workspace = Home(x, places, weights);
        CheckType(workspace, x);
        CheckType(workspace, weights);
        CheckRank(x, 2);
        CheckRank(weights, 2);
        CheckSlots(places, weights.Shape[0]);
        CheckShape(places, weights.Shape);
        Tensor y = workspace.New((weights.Shape[0], x.Shape[1]));
        workspace.Kernels.MixRows(x, places, weights, y);
        if (workspace.Tracks(x, weights))
            workspace.Record(y, new MixRowsNode(x, places, weights));
        return y;
    }

    private static void Observe(Action<Tensor, Tensor> observer, Tensor x, IReadOnlyList<Tensor> weights, Tensor counts)
    {
        for (int group = 0, start = 0; group < weights.Count; group++)
        {
            int count = counts.Span<int>()[group];
            observer(x.Rows(start, count), weights[group]);
            start += count;
        }
    }

    private static void CheckSlots(Tensor ids, int rows)
    {
        CheckRank(ids, 2);
        CheckIds(ids, (long)rows * ids.Shape[1]);
    }
}

file readonly struct GatherColumnsNode(Tensor x, Tensor ids) : INode
{
    public void Backward(Tensor y, Kernels kernels) => kernels.GatherColumnsGrad(y.Grad!, ids, x.GradToAddTo());
}

file readonly struct GroupedLinearNode(Tensor x, IReadOnlyList<Tensor> weights, Tensor counts) : INode
{
    public void Backward(Tensor y, Kernels kernels)
    {
        if (x.RequiresGrad)
            kernels.GroupedLinearInputGrad(y.Grad!, weights, counts, x.GradToAddTo());
        kernels.GroupedLinearWeightGrad(y.Grad!, x, weights, counts);
    }
}

file readonly struct MixRowsNode(Tensor x, Tensor places, Tensor weights) : INode
{
    public void Backward(Tensor y, Kernels kernels) => kernels.MixRowsGrad(x, places, weights, y.Grad!, x.WantedGrad(), weights.WantedGrad());
}
