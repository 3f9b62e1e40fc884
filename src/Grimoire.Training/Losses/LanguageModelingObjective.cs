using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Data;

namespace Grimoire.Training;

/// <summary>
/// Next-token prediction on sampled sequences. The loss is the mean over all targets of the step, nats per token: near ln V in an untrained model.
/// </summary>
/// <param name="model">What predicts.</param>
/// <param name="data">The sequences.</param>
/// <param name="batch">Sequences per pass.</param>
/// <param name="accumulate">Passes per step.</param>
/// <param name="spec">Regularisers of the loss while training; what is only measured goes without.</param>
/// <param name="tokens">Tokens per pass at most: a pass has fewer sequences where they are long.</param>
public sealed class LanguageModelingObjective(
    Transformer model, SequenceSampler data, int batch, int accumulate = 1, CrossEntropySpec spec = default, int tokens = int.MaxValue) : Objective
{
    private readonly BatchPass reading = new(model);

    /// <inheritdoc/>
    public override StepWork Prepare(TrainerState state, Workspace workspace)
    {
        var batches = new TrainingBatch[accumulate];
        long next = state.Sequences;
        for (int i = 0; i < accumulate; i++)
        {
            batches[i] = data.Draw(next, batch, tokens);
            next += batches[i].Lengths.Length;
        }

        return new LanguageModelingStep(reading, batches, (int)(next - state.Sequences), spec);
    }
}
