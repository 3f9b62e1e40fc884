namespace Grimoire.Tensors;

/// <content>Rows chosen by id.</content>
public static partial class Ops
{
    /// <summary>
    /// y[i] = table[ids[i]]: the embeddings of tokens. Table <c>[vocabulary, channel]</c>, a parameter of any type but integers; ids of I32 <c>[token]</c>;
    /// y <c>[token, channel]</c> in <paramref name="workspace"/>.
    /// </summary>
    /// <exception cref="ArgumentException">A shape or type does not fit, or an id is not below vocabulary.</exception>
    public static Tensor Embedding(Workspace workspace, Tensor table, Tensor ids)
    {
        CheckWeight(workspace, table);
        return Gather(workspace, table, ids);
    }

    /// <summary>
    /// y[i] = x[ids[i]]: x <c>[row, channel]</c>, ids of I32 <c>[count]</c>, y <c>[count, channel]</c>. The gradient adds up where a row was
    /// taken twice.
    /// </summary>
    /// <exception cref="ArgumentException">A shape or type does not fit, or an id is not a row of x.</exception>
    public static Tensor GatherRows(Tensor x, Tensor ids)
    {
        Workspace workspace = Home(x, ids);
        CheckType(workspace, x);
        return Gather(workspace, x, ids);
    }

    private static Tensor Gather(Workspace workspace, Tensor table, Tensor ids)
    {
        CheckRank(table, 2);
        CheckIds(ids, ids.Shape.Count);
        Tensor y = workspace.New(new Shape((int)ids.Shape.Count, table.Shape[1]));
        workspace.Kernels.GatherRows(table, ids, y);
        if (workspace.Tracks(table))
            workspace.Record(y, new GatherNode(table, ids));
        return y;
    }
}

file readonly struct GatherNode(Tensor table, Tensor ids) : INode
{
    public void Backward(Tensor y, Kernels kernels) => kernels.ScatterRows(y.Grad!, ids, table.GradToAddTo());
}
