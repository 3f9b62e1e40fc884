using Grimoire.Models;
using Grimoire.Tensors;

namespace Grimoire.Training;

/// <summary>The settings of <see cref="AdamW"/>.</summary>
/// <param name="Beta1">Decay of the mean of gradients.</param>
/// <param name="Beta2">Decay of the mean of their squares.</param>
/// <param name="Epsilon">Added to the root of the latter.</param>
/// <param name="Decay">Decoupled weight decay, on matrices only.</param>
public sealed record AdamWOptions(float Beta1 = 0.9f, float Beta2 = 0.95f, float Epsilon = 1e-8f, float Decay = 0.1f);

/// <summary>Adam with decoupled weight decay (Loshchilov and Hutter 2019, arXiv:1711.05101).</summary>
public sealed class AdamW(IReadOnlyList<Parameter> parameters, AdamWOptions options, Kernels kernels) : Optimizer(parameters, kernels)
{
    private Tensor[]? means;
    private Tensor[]? squares;

    /// <inheritdoc/>
    public override IEnumerable<Parameter> State =>
        Parameters.Select((p, i) => new Parameter($"{p.Name}.m", Means[i]))
            .Concat(Parameters.Select((p, i) => new Parameter($"{p.Name}.v", Squares[i])));

    private Tensor[] Means => means ??= ZerosLike(Parameters);

    private Tensor[] Squares => squares ??= ZerosLike(Parameters);

    private protected override void Update(int index, Tensor parameter, Tensor grad, float rate, float gradScale)
    {
        float correction1 = (float)(1 - Math.Pow(options.Beta1, Steps));
        float correction2 = (float)(1 - Math.Pow(options.Beta2, Steps));
        var step = new AdamWStep(
            rate, options.Beta1, options.Beta2, options.Epsilon, DecayOf(parameter, options.Decay), correction1, correction2, gradScale);
        Kernels.AdamW(parameter, grad, Means[index], Squares[index], step);
    }
}
