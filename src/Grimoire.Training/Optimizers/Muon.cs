using Grimoire.Models;
using Grimoire.Tensors;

namespace Grimoire.Training;

/// <summary>
/// Momentum made orthogonal, for the matrices inside the blocks (Jordan et al. 2024, "Muon"); embeddings, unembedding, norms and biases go to AdamW. The update
/// is scaled by 0.2 √max(rows, columns), so that its size equals AdamW's and one learning rate serves both (Liu et al. 2025, arXiv:2502.16982).
/// </summary>
public sealed class Muon : Optimizer
{
    private const int Iterations = 5;
    private readonly AdamWOptions options;
    private readonly float momentum;
    private readonly Workspace workspace;

    /// <summary>Velocities of the hidden matrices; first moments of the rest.</summary>
    private readonly Tensor[] first;

    /// <summary>Second moments of what is no hidden matrix; null for those.</summary>
    private readonly Tensor?[] second;

    /// <summary>Divides the parameters between Muon and AdamW by name and rank.</summary>
    public Muon(IReadOnlyList<Parameter> parameters, AdamWOptions options, Kernels kernels, float momentum = 0.95f)
        : base(parameters, kernels)
    {
        (this.options, this.momentum) = (options, momentum);
        first = ZerosLike(Parameters);
        second = [.. Parameters.Select(p => IsHidden(p) ? null : Tensor.Zeros(p.Tensor.Shape))];
        workspace = new Workspace(kernels);
    }

    /// <inheritdoc/>
    public override IEnumerable<Parameter> State =>
        Parameters.Select((p, i) => new Parameter(second[i] is null ? $"{p.Name}.velocity" : $"{p.Name}.m", first[i]))
            .Concat(Parameters.Select((p, i) => (p.Name, Square: second[i])).Where(p => p.Square is not null)
                .Select(p => new Parameter($"{p.Name}.v", p.Square!)));

    /// <summary>
    /// The nearest semi-orthogonal matrix to g, approximately: five steps of the Newton–Schulz iteration X ← aX + (bA + cA²)X with A = XXᵀ,
    /// whose coefficients push singular values to between about 0.7 and 1.2. The result lives in <paramref name="workspace"/>.
    /// </summary>
    /// <param name="workspace">Where to compute.</param>
    /// <param name="g"><c>[rows, columns]</c>.</param>
    public static Tensor Orthogonalize(Workspace workspace, Tensor g)
    {
        const float A = 3.4445f, B = -4.7750f, C = 2.0315f;
        Kernels kernels = workspace.Kernels;
        bool tall = g.Shape[0] > g.Shape[1];
        int side = Math.Min(g.Shape[0], g.Shape[1]);
        Tensor x = workspace.New(g.Shape), next = workspace.New(g.Shape);
        Tensor gram = workspace.New((side, side)), mix = workspace.New((side, side));
        kernels.Scale(g, (float)(1 / (Math.Sqrt(kernels.SumOfSquares(g)) + 1e-7)), x);
        for (int i = 0; i < Iterations; i++)
        {
            // The Gram matrix of the shorter side, and the polynomial bA + cA².
            kernels.MatMul(x, x, gram, transposeA: tall, transposeB: !tall);
            kernels.MatMul(gram, gram, mix);
            kernels.Scale(mix, C, mix);
            kernels.Accumulate(gram, B, mix);
            if (tall)
                kernels.MatMul(x, mix, next);
            else
                kernels.MatMul(mix, x, next);
            kernels.Accumulate(x, A, next);
            (x, next) = (next, x);
        }

        return x;
    }

    private protected override void Update(int index, Tensor parameter, Tensor grad, float rate, float gradScale)
    {
        if (second[index] is { } square)
        {
            AdamW.Update(Kernels, options, Steps, parameter, grad, first[index], square, rate, gradScale);
            return;
        }

        workspace.Reset();
        Tensor velocity = first[index];
        Kernels.Scale(velocity, momentum, velocity);
        Kernels.Accumulate(grad, gradScale, velocity);

        // Nesterov: look ahead along the velocity.
        Tensor ahead = workspace.New(parameter.Shape);
        Kernels.Scale(velocity, momentum, ahead);
        Kernels.Accumulate(grad, gradScale, ahead);
        Tensor direction = Orthogonalize(workspace, ahead);
        float size = 0.2f * MathF.Sqrt(Math.Max(parameter.Shape[0], parameter.Shape[1]));
        Kernels.Scale(parameter, 1 - (rate * options.Decay), parameter);
        Kernels.Accumulate(direction, -rate * size, parameter);
    }

    private static bool IsHidden(Parameter parameter) =>
        parameter.Tensor.Shape.Rank == 2 && !parameter.Name.StartsWith("embed.", StringComparison.Ordinal)
            && !parameter.Name.StartsWith("head.", StringComparison.Ordinal);
}
