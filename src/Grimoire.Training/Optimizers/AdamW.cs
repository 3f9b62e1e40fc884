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
    private AdamWPart[]? parts;
    private Tensor[]? means;
    private Tensor[]? squares;

    /// <inheritdoc/>
    public override IEnumerable<Parameter> State =>
        Parameters.Select((p, i) => new Parameter($"{p.Name}.m", Means[i]))
            .Concat(Parameters.Select((p, i) => new Parameter($"{p.Name}.v", Squares[i])));

    private Tensor[] Means => means ??= ZerosLike(Parameters);

    private Tensor[] Squares => squares ??= ZerosLike(Parameters);

    /// <summary>One step on one parameter; <paramref name="steps"/> counts from 1.</summary>
    internal static void Update(
        Kernels kernels, AdamWOptions options, long steps, Tensor parameter, Tensor grad, Tensor mean, Tensor square, float rate, float gradScale) =>
        kernels.AdamW(parameter, grad, mean, square, Numbers(options, steps, rate, gradScale) with { Decay = DecayOf(parameter, options.Decay) });

    /// <summary>All parameters at once.</summary>
    private protected override void Update(float rate, float gradScale)
    {
        parts ??= new AdamWPart[Parameters.Count];
        int count = 0;
        for (int i = 0; i < Parameters.Count; i++)
        {
            if (Parameters[i].Tensor is { Grad: { } grad } parameter)
                parts[count++] = new AdamWPart(parameter, grad, Means[i], Squares[i], DecayOf(parameter, options.Decay));
        }

        Kernels.AdamW(parts.AsSpan(0, count), Numbers(options, Steps, rate, gradScale));
    }

    private protected override void Update(int index, Tensor parameter, Tensor grad, float rate, float gradScale) =>
        Update(Kernels, options, Steps, parameter, grad, Means[index], Squares[index], rate, gradScale);

    private static AdamWStep Numbers(AdamWOptions options, long steps, float rate, float gradScale) => new(
        rate, options.Beta1, options.Beta2, options.Epsilon, options.Decay,
        (float)(1 - Math.Pow(options.Beta1, steps)), (float)(1 - Math.Pow(options.Beta2, steps)), gradScale);
}
