using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Data;

namespace Grimoire.Training;

/// <summary>Next-token prediction on sampled sequences. The loss is the mean over all targets of the step, nats per token: near ln V in an untrained model.</summary>
/// <param name="model">What predicts.</param>
/// <param name="data">The sequences.</param>
/// <param name="batch">Sequences per pass.</param>
/// <param name="accumulate">Passes per step.</param>
/// <param name="spec">Regularisers of the loss while training; what is only measured goes without.</param>
/// <param name="tokens">Tokens per pass at most: a pass has fewer sequences where they are long.</param>
public sealed class LanguageModelingObjective(
    Transformer model, SequenceSampler data, int batch, int accumulate = 1, CrossEntropySpec spec = default, int tokens = int.MaxValue) : Objective
{
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

        return new Work(model, batches, spec);
    }

    private sealed class Work(Transformer model, TrainingBatch[] batches, CrossEntropySpec spec) : StepWork
    {
        public override int Passes => batches.Length;

        public override int Sequences { get; } = batches.Sum(b => b.Lengths.Length);

        // Dividing by the targets of the whole step makes accumulation over unequal lengths the same as one large batch.
        public override int Tokens { get; } = batches.Sum(b => b.TargetCount);

        public override PassLoss Loss(int pass, Workspace workspace, PassOptions options)
        {
            TrainingBatch batch = batches[pass];
            Pass begun = model.Begin(workspace, batch.ToBatch(), options);
            Tensor loss = LanguageModeling.Loss(model, begun, batch.Targets, workspace.Tape is null ? default : spec);
            return new PassLoss(loss, 1f / Tokens, loss.Item() / Tokens);
        }
    }
}
