using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>A <see cref="RotaryConfig"/> worked out for heads of one size: the tables of cosines and sines of a pass.</summary>
internal sealed class Rotation(RotaryConfig config, int headDim)
{
    private readonly double[] frequencies = config.Frequencies(headDim);
    private readonly double[]? stretched = config.Scaling is RotaryScaling.LongRope ? config.Frequencies(headDim, stretched: true) : null;
    private readonly int original = config.Scaling is RotaryScaling.LongRope stretch ? stretch.OriginalContext : int.MaxValue;

    /// <summary>The longest sequence that rotates by the short factors; as good as infinite where there is one kind.</summary>
    public int Original => original;

    /// <summary>Whether all of a sequence of so many tokens rotates by LongRoPE's long factors.</summary>
    public bool IsStretched(int length) => length > original;

    /// <summary>The table of a pass's rows, <c>[token, pair, 2]</c>.</summary>
    public Tensor Table(Pass pass)
    {
        if (stretched is null)
            return Ops.RotaryTable(pass.Workspace, pass.RowPositions, frequencies, config.Magnitude);
        Tensor table = pass.Workspace.New((pass.RowPositions.Shape[0], frequencies.Length, 2));
        foreach (Batch.Sequence s in pass.Rows)
        {
            bool isStretched = s.Cache?.IsStretched ?? IsStretched(s.Position + s.Length);
            pass.Workspace.Kernels.RotaryTable(
                pass.RowPositions.Rows(s.Start, s.Length), isStretched ? stretched : frequencies, config.Magnitude, table.Rows(s.Start, s.Length));
        }

        return table;
    }
}
