using Grimoire.Tensors;

namespace Grimoire.Models.Adapters;

/// <summary>IA³ on one layer: what it gives, or what it takes, is scaled channel by channel (Liu et al. 2022, arXiv:2205.05638).</summary>
internal sealed class ChannelScale : LinearAdapter
{
    public ChannelScale(Adapter owner, ParameterList parameters, Linear linear)
        : base(owner, linear.Name)
    {
        OfInput = AdapterTargets.Mean(owner.Config.ScaledInputs, linear);
        Factors = parameters.Get($"{linear.Name}.ia3_l", linear.Weight.Shape[OfInput ? 1 : 0]);
    }

    /// <summary>Whether inputs are scaled, rather than outputs.</summary>
    public bool OfInput { get; }

    /// <summary>l, <c>[in]</c> or <c>[out]</c>.</summary>
    public Tensor Factors { get; }

    public override bool Fits(Linear linear) => linear.Weight.Shape[OfInput ? 1 : 0] == Factors.Shape[0];

    public override Tensor Forward(Linear linear, Tensor x, Pass? pass, int inner)
    {
        Tensor factors = Weighted(x.Workspace!);
        return OfInput ? linear.Forward(Ops.ScaleColumns(x, factors), pass, inner) : Ops.ScaleColumns(linear.Forward(x, pass, inner), factors);
    }

    public override void Merge(Linear linear, Tensor weight, Tensor? bias)
    {
        ReadOnlySpan<float> factors = Factors.Span<float>();
        float strength = (float)Owner.Strength;
        for (int row = 0; row < weight.Shape[0]; row++)
        {
            Span<float> values = weight.Rows(row, 1).Span<float>();
            for (int i = 0; i < values.Length; i++)
                values[i] *= 1 + (strength * (factors[OfInput ? i : row] - 1));
            if (!OfInput && bias is not null)
                bias.Span<float>()[row] *= 1 + (strength * (factors[row] - 1));
        }
    }

    /// <summary>1 + strength · (l − 1).</summary>
    private Tensor Weighted(Workspace workspace)
    {
        if (Owner.Strength == 1)
            return Factors;
        Tensor strength = workspace.New(Factors.Shape), rest = workspace.New(Factors.Shape);
        workspace.Kernels.Fill(strength, Owner.Strength);
        workspace.Kernels.Fill(rest, 1 - Owner.Strength);
        return (Factors * strength) + rest;
    }
}
