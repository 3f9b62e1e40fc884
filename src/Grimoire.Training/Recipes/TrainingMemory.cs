using Grimoire.Models;
using Grimoire.Tensors;

namespace Grimoire.Training.Recipes;

/// <summary>What training holds in memory.</summary>
/// <param name="Parameters">Numbers of the model and all that was added to it.</param>
/// <param name="Own">How many of them are the model's own, without adapters.</param>
/// <param name="Trained">How many of them are trained.</param>
/// <param name="Weights">Bytes of all weights in the types they are held in.</param>
/// <param name="Gradients">Bytes of gradients: F32 for each trained number.</param>
/// <param name="Optimizer">Bytes of the optimizer's memory.</param>
/// <param name="Activations">Bytes of the slab after some steps, measured; 0 where no step was taken yet.</param>
/// <param name="OptimizerBytesPerParameter">What the optimizer remembers for each trained number.</param>
public sealed record TrainingMemory(
    long Parameters, long Own, long Trained, long Weights, long Gradients, long Optimizer, long Activations, double OptimizerBytesPerParameter)
{
    /// <summary>Weights, gradients and optimizer together.</summary>
    public long State => Weights + Gradients + Optimizer;

    /// <summary>What weights in F32, gradients and optimizer would take if every parameter of the model itself were trained.</summary>
    public long StateOfFullTraining => (long)(Own * (sizeof(float) + sizeof(float) + OptimizerBytesPerParameter));

    /// <summary>Counts it.</summary>
    public static TrainingMemory Of(Learner learner, Optimizer optimizer, Workspace workspace)
    {
        IReadOnlyList<Parameter> all = learner.AllParameters;
        long trained = learner.Parameters.Sum(p => (long)p.Tensor.Shape.Count);
        long memory = optimizer.State.Sum(p => Bytes(p.Tensor));
        long parameters = all.Sum(p => (long)p.Tensor.Shape.Count), adapters = learner.AdapterParameters;
        return new TrainingMemory(
            parameters, parameters - adapters, trained, all.Sum(p => Bytes(p.Tensor)), sizeof(float) * trained, memory, workspace.Capacity,
            (double)memory / trained);
    }

    private static long Bytes(Tensor tensor) => tensor.DType.Bytes(tensor.Shape.Count);
}
