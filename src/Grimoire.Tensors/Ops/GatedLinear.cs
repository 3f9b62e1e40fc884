namespace Grimoire.Tensors;

/// <content>The first half of a gated feed-forward layer.</content>
public static partial class Ops
{
    /// <summary>
    /// y = σ(x W₁ᵀ + b₁) ⊙ (x W₂ᵀ + b₂), the <see cref="Gate"/> of two layers of one input (Shazeer 2020, arXiv:2002.05202); where nothing is recorded, x is
    /// read once for both.
    /// </summary>
    /// <param name="kind">σ.</param>
    /// <param name="x"><c>[rows…, in]</c>.</param>
    /// <param name="gate">W₁ <c>[out, in]</c> and b₁ <c>[out]</c> or null.</param>
    /// <param name="up">W₂ and b₂ of the same sizes.</param>
    /// <exception cref="ArgumentException">The sizes do not match, or a weight is to be trained that is not of the activations' type.</exception>
    public static Tensor GatedLinear(Activation kind, Tensor x, (Tensor Weight, Tensor? Bias) gate, (Tensor Weight, Tensor? Bias) up)
    {
        Workspace workspace = Home(x);
        if (workspace.Tape is not null)
        {
            Span<Tensor> both = [x, x];
            Linear(x, [gate, up], both);
            return Gate(kind, both[0], both[1]);
        }

        CheckLinear(workspace, x, gate.Weight, gate.Bias);
        CheckLinear(workspace, x, up.Weight, up.Bias);
        CheckShape(up.Weight, gate.Weight.Shape);
        Tensor y = workspace.New(x.Shape.WithLast(gate.Weight.Shape[0])), other = workspace.New(y.Shape);
        workspace.Kernels.GatedLinear(kind, x, new Projection(gate.Weight, gate.Bias, y), new Projection(up.Weight, up.Bias, other));
        workspace.LinearObserver?.Invoke(x, gate.Weight);
        workspace.LinearObserver?.Invoke(x, up.Weight);
        return y;
    }
}
