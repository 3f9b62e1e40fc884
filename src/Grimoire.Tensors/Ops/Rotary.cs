namespace Grimoire.Tensors;

/// <content>Rotary positions (Su et al. 2021, arXiv:2104.09864).</content>
public static partial class Ops
{
    /// <summary>
    /// The cosines and sines of positions · frequencies, times <paramref name="magnitude"/>: positions of I32 <c>[token]</c>, result
    /// <c>[token, pair, 2]</c>. One table serves all layers of a pass.
    /// </summary>
    /// <exception cref="ArgumentException">Positions are not I32.</exception>
    public static Tensor RotaryTable(Workspace workspace, Tensor positions, ReadOnlySpan<double> frequencies, double magnitude = 1)
    {
        CheckIds(positions, positions.Shape.Count);
        Tensor table = workspace.New(((int)positions.Shape.Count, frequencies.Length, 2));
        workspace.Kernels.RotaryTable(positions, frequencies, magnitude, table);
        return table;
    }

    /// <summary>
    /// Rotates pairs of channels of x <c>[token, head, head_dim]</c> by the angles of <paramref name="table"/> <c>[token, pair, 2]</c>. Pairs are channels
    /// (2i, 2i+1) if <paramref name="interleaved"/>, else (i, i + pairs); channels from 2 · pairs on stay as they are.
    /// </summary>
    /// <exception cref="ArgumentException">The sizes do not match.</exception>
    public static Tensor Rotary(Tensor x, Tensor table, bool interleaved)
    {
        Workspace workspace = CheckRotary(x, table);
        Tensor y = workspace.New(x.Shape);
        workspace.Kernels.Rotary(x, table, interleaved, y);
        if (workspace.Tracks(x))
            workspace.Record(y, new RotaryNode(x, table, interleaved));
        return y;
    }

    /// <summary><see cref="Rotary"/>, in the memory of <paramref name="x"/> where nothing is recorded, which then is the result itself.</summary>
    /// <exception cref="ArgumentException">The sizes do not match.</exception>
    public static Tensor Rotate(Tensor x, Tensor table, bool interleaved)
    {
        Workspace workspace = CheckRotary(x, table);
        if (workspace.Tape is not null || x.Workspace is null)
            return Rotary(x, table, interleaved);
        workspace.Kernels.Rotary(x, table, interleaved, x);
        return x;
    }

    private static Workspace CheckRotary(Tensor x, Tensor table)
    {
        Workspace workspace = Home(x, table);
        CheckType(workspace, x);
        CheckType(workspace, table);
        CheckRank(x, 3);
        CheckRank(table, 3);
        CheckShape(table, (x.Shape[0], table.Shape[1], 2));
        if (2 * table.Shape[1] > x.Shape[2])
            Refuse(nameof(table), $"{table.Shape[1]} pairs do not fit into heads of {x.Shape[2]} channels");
        return workspace;
    }
}

file readonly struct RotaryNode(Tensor x, Tensor table, bool interleaved) : INode
{
    public void Backward(Tensor y, Kernels kernels) => kernels.RotaryGrad(y.Grad!, table, interleaved, x.GradToAddTo());
}
