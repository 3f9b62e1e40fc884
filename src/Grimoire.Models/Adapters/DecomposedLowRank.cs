using Grimoire.Models.Formats;
using Grimoire.Tensors;

namespace Grimoire.Models.Adapters;

/// <summary>
/// DoRA on one layer: each row of V = W + s · B A keeps its direction and gets a trained length m, W′ = m ∘ V / ‖V‖ (Liu et al. 2024, arXiv:2402.09353). As in
/// the paper's section 4.3, ‖V‖ follows A and B but passes no gradient on.
/// </summary>
internal sealed class DecomposedLowRank : LinearAdapter
{
    private readonly Tensor norms, factors;
    private double[] squares = [];
    private (double A, double B, double M) madeOf = (-1, -1, -1);

    public DecomposedLowRank(Adapter owner, ParameterList parameters, Linear linear)
        : base(owner, linear.Name)
    {
        Low = new LowRank(owner, parameters, linear);
        Magnitude = parameters.Get($"{linear.Name}.lora_magnitude_vector", linear.Weight.Shape[0]);
        (norms, factors) = (Tensor.Zeros(Magnitude.Shape, Magnitude.DType), Tensor.Zeros(Magnitude.Shape, Magnitude.DType));
    }

    /// <summary>A, B and s.</summary>
    public LowRank Low { get; }

    /// <summary>m, <c>[out]</c>.</summary>
    public Tensor Magnitude { get; }

    public override bool Fits(Linear linear) => Low.Fits(linear);

    public override void Bind(Linear linear)
    {
        (squares, madeOf) = (RowNorms.Squares(linear.Weight), (-1, -1, -1));
    }

    public override Tensor Forward(Linear linear, Tensor x, Pass? pass, int inner)
    {
        Tensor dropped = Dropped(x, pass);
        Tensor Decomposed(Tensor? bias) =>
            Ops.ScaleColumns(Ops.AddLowRank(Ops.Linear(x, linear.Weight), dropped, Low.A, Low.B, (float)Low.Factor), Stretch(linear, x.Workspace!), bias);
        return inner == 0 && Owner.Strength == 1
            ? Decomposed(linear.Bias)
            : linear.Forward(x, pass, inner) + ((Decomposed(bias: null) - Ops.Linear(x, linear.Weight)) * (float)Owner.Strength);
    }

    public override void Merge(Linear linear, Tensor weight, Tensor? bias)
    {
        Tensor original = linear.Weight.To(DType.F32, ""), changed = original.Keep();
        Low.AddTo(changed, (float)Low.Factor);
        double[] lengths = RowNorms.Squares(changed);
        ReadOnlySpan<float> magnitude = Magnitude.Span<float>();
        for (int row = 0; row < lengths.Length; row++)
        {
            double stretch = magnitude[row] / Math.Sqrt(lengths[row]);
            Span<float> from = original.Rows(row, 1).Span<float>(), to = changed.Rows(row, 1).Span<float>();
            for (int i = 0; i < to.Length; i++)
                to[i] = (float)((stretch * to[i]) - from[i]);
        }

        Kernels.Simd.Accumulate(changed, (float)Owner.Strength, weight);
    }

    /// <summary>m / ‖V‖.</summary>
    private Tensor Stretch(Linear linear, Workspace workspace)
    {
        Refresh(linear, workspace);
        return workspace.Tracks(Magnitude) ? Quotient(workspace) : factors;
    }

    /// <summary>Works the lengths of V's rows out again where A, B or m have changed, as the sums of their squares tell; frozen ones do not change.</summary>
    private void Refresh(Linear linear, Workspace workspace)
    {
        if (madeOf.A >= 0 && !Magnitude.RequiresGrad)
            return;
        Kernels kernels = workspace.Kernels;
        var now = (kernels.SumOfSquares(Low.A), kernels.SumOfSquares(Low.B), kernels.SumOfSquares(Magnitude));
        if (now == madeOf)
            return;
        madeOf = now;
        Workspace.Position mark = workspace.Mark();
        RowNorms.OfSum(linear.Weight, squares, Low.A, Low.B, Low.Factor, workspace, norms);
        Tape? tape = workspace.Exchange(null);
        kernels.Copy(Quotient(workspace), factors);
        workspace.Exchange(tape);
        workspace.Release(mark);
    }

    /// <summary>m / ‖V‖ as 1 + (m − ‖V‖) / ‖V‖, which is exactly 1 where they are equal, as they are at first.</summary>
    private Tensor Quotient(Workspace workspace)
    {
        Tensor lengths = workspace.New(norms.Shape), inverse = workspace.New(norms.Shape), one = workspace.New(norms.Shape);
        workspace.Kernels.Copy(norms, lengths);
        RowNorms.Invert(lengths, inverse);
        workspace.Kernels.Fill(one, 1);
        return ((Magnitude - lengths) * inverse) + one;
    }
}
