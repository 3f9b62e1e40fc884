using Grimoire.Tensors;

namespace Grimoire.Models.Adapters;

/// <summary>LoRA on one layer: y + s · (x Aᵀ) Bᵀ (Hu et al. 2021, arXiv:2106.09685).</summary>
internal sealed class LowRank : LinearAdapter
{
    public LowRank(Adapter owner, ParameterList parameters, Linear linear)
        : base(owner, linear.Name)
    {
        int rank = owner.Config.Of(linear.Name).Rank;
        Factor = owner.Config.Scale(linear.Name);
        A = parameters.Get($"{linear.Name}.lora_A.weight", (rank, linear.Weight.Shape[1]));
        B = parameters.Get($"{linear.Name}.lora_B.weight", (linear.Weight.Shape[0], rank));
    }

    /// <summary><c>[rank, in]</c>.</summary>
    public Tensor A { get; }

    /// <summary><c>[out, rank]</c>.</summary>
    public Tensor B { get; }

    /// <summary>s: α/r or α/√r.</summary>
    public double Factor { get; }

    /// <summary>s times the adapter's strength.</summary>
    public float Scale => (float)(Factor * Owner.Strength);

    public override void Merge(Linear linear, Tensor weight, Tensor? bias) => AddTo(weight, Scale);

    /// <summary>W += factor · B A.</summary>
    public void AddTo(Tensor weight, float factor)
    {
        Tensor scaled = Tensor.Zeros(B.Shape);
        Kernels.Simd.Scale(B, factor, scaled);
        Kernels.Simd.MatMul(scaled, A, weight, accumulate: true);
    }

    public override bool Fits(Linear linear) => linear.Weight.Shape == (B.Shape[0], A.Shape[1]);

    public override Tensor Forward(Linear linear, Tensor x, Pass? pass, int inner) =>
        Ops.AddLowRank(linear.Forward(x, pass, inner), Dropped(x, pass), A, B, Scale);
}
