using Grimoire.Models;
using Grimoire.Tensors;

namespace Grimoire.Training;

/// <summary>Gradient descent with momentum: v ← μ v + g; w ← w (1 − rate · decay) − rate · v.</summary>
public sealed class Sgd(IReadOnlyList<Parameter> parameters, Kernels kernels, float momentum = 0, float decay = 0) : Optimizer(parameters, kernels)
{
    private Tensor[]? velocities;

    /// <inheritdoc/>
    public override IEnumerable<Parameter> State =>
        momentum == 0 ? [] : Parameters.Select((p, i) => new Parameter($"{p.Name}.velocity", Velocities[i]));

    private Tensor[] Velocities => velocities ??= ZerosLike(Parameters);

    private protected override void Update(int index, Tensor parameter, Tensor grad, float rate, float gradScale) =>
        Kernels.Sgd(parameter, grad, momentum == 0 ? null : Velocities[index], rate, momentum, DecayOf(parameter, decay), gradScale);
}
