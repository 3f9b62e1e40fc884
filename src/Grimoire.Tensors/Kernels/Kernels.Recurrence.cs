namespace Grimoire.Tensors;

/// <content>Columns moved, and the step of a recurrent layer.</content>
public abstract partial class Kernels
{
    /// <summary>y[r, to + i] = x[r, from + i] for i &lt; count, or += with <paramref name="accumulate"/>; rows of both by the last axis.</summary>
    public abstract void CopyColumns(Tensor x, int from, Tensor y, int to, int count, bool accumulate);

    /// <summary>
    /// One step of <see cref="Ops.Lstm"/>: gates <c>[row, 4 · channel]</c> hold s and receive i, f, g, o; cell and hidden <c>[row, channel]</c> receive c and
    /// h. Last holds c₋₁ of the first rows; for the others, and where it is null, c₋₁ is 0.
    /// </summary>
    public abstract void LstmCell(Tensor gates, Tensor? last, Tensor cell, Tensor hidden);

    /// <summary>
    /// Gradients of <see cref="LstmCell"/> from those of h and, by what came later, of c: dgates += ∂/∂s, dlast += ∂/∂c₋₁. Gates hold i, f, g, o.
    /// </summary>
    public abstract void LstmCellGrad(Tensor gates, Tensor? last, Tensor cell, Tensor dhidden, Tensor dcell, Tensor dgates, Tensor? dlast);
}
