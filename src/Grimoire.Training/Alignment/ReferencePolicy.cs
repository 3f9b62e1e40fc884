using Grimoire.Models;
using Grimoire.Models.Adapters;
using Grimoire.Tensors;
using Grimoire.Training.Data;

namespace Grimoire.Training;

/// <summary>
/// The model that training started from, to measure how far it has gone. Where an adapter is trained it is the same model with that adapter off, at no cost;
/// where the whole model is trained it is loaded a second time, frozen and mapped from its files.
/// </summary>
public sealed class ReferencePolicy
{
    private readonly Transformer model;
    private readonly Adapter[] trained;

    private ReferencePolicy(Transformer model, Adapter[] trained) => (this.model, this.trained) = (model, trained);

    /// <summary>The reference of what is trained.</summary>
    /// <param name="trainee">What is trained.</param>
    /// <param name="basePath">The model that training started from; not a checkpoint of the run.</param>
    /// <exception cref="GrimoireException">The model is not there or damaged.</exception>
    public static ReferencePolicy Of(Trainee trainee, string basePath)
    {
        Transformer learner = trainee.Model.Transformer;
        Adapter[] learning = [.. learner.Adapters.Where(adapter => adapter.Parameters.Any(p => p.Tensor.RequiresGrad))];
        return learning.Length > 0 ? new ReferencePolicy(learner, learning) : Of(LanguageModel.Load(basePath).Transformer);
    }

    /// <summary>A model that stays as it is.</summary>
    public static ReferencePolicy Of(Transformer frozen) => new(frozen, []);

    /// <summary>ln ρ in nats of every target of the batch, in order; the workspace is given back as it was.</summary>
    public float[] LogProbabilities(TrainingBatch batch, Workspace workspace) => Without(workspace, () =>
        TokenLogProbabilities.Of(model, model.Begin(workspace, batch.ToBatch()), batch).ToArray<float>());

    /// <summary>ln ρ of each answer as a whole.</summary>
    internal double[] Sums(IReadOnlyList<EncodedExample> answers, Workspace workspace) =>
        Without(workspace, () => AnswerSums.Measure(model, answers, workspace));

    /// <summary>Runs something without the trained adapters and without a tape.</summary>
    private T Without<T>(Workspace workspace, Func<T> measure)
    {
        bool[] enabled = Array.ConvertAll(trained, adapter => adapter.Enabled);
        foreach (Adapter adapter in trained)
            adapter.Enabled = false;
        Tape? tape = workspace.Exchange(null);
        Workspace.Position mark = workspace.Mark();
        try
        {
            return measure();
        }
        finally
        {
            workspace.Release(mark);
            workspace.Exchange(tape);
            for (int i = 0; i < trained.Length; i++)
                trained[i].Enabled = enabled[i];
        }
    }
}
