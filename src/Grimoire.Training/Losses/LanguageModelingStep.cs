using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Data;

namespace Grimoire.Training;

/// <summary>Next-token prediction on some batches: the mean loss over all their targets.</summary>
/// <param name="reading">What predicts.</param>
/// <param name="batches">A pass each.</param>
/// <param name="sequences">How far the step moves the data's cursor.</param>
/// <param name="spec">Regularisers of the loss while training.</param>
/// <param name="measured">What was measured while the data were drawn.</param>
internal sealed class LanguageModelingStep(
    BatchPass reading, TrainingBatch[] batches, int sequences, CrossEntropySpec spec = default,
    IReadOnlyList<(string Name, double Value)>? measured = null) : StepWork
{
    public override int Passes => batches.Length;

    public override int Sequences => sequences;

    // Dividing by the targets of the whole step makes accumulation over unequal lengths the same as one large batch.
    public override int Tokens { get; } = batches.Sum(b => b.TargetCount);

    public override IReadOnlyList<(string Name, double Value)> Metrics => measured ?? [];

    public override PassLoss Loss(int pass, Workspace workspace, PassOptions options)
    {
        TrainingBatch batch = batches[pass];
        Pass begun = reading.Begin(workspace, batch, options);
        Tensor loss = LanguageModeling.Loss(reading.Model, begun, batch.Targets, workspace.Tape is null ? default : spec);
        return new PassLoss(loss, 1f / Tokens, loss.Item() / Tokens);
    }
}
