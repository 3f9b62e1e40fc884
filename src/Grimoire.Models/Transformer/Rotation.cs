using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>A <see cref="RotaryConfig"/> worked out for heads of one size: the tables of cosines and sines of a pass.</summary>
internal sealed class Rotation(RotaryConfig config, int headDim)
{
    private readonly double[] frequencies = config.Frequencies(headDim);

    /// <summary>The table of a pass's rows, <c>[token, pair, 2]</c>.</summary>
    public Tensor Table(Pass pass) => Ops.RotaryTable(pass.Workspace, pass.Positions, frequencies, config.Magnitude);
}
