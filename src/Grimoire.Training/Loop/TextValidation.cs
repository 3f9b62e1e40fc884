using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Data;
using Grimoire.Training.Runs;

namespace Grimoire.Training;

/// <summary>Measures a model on held-out text: the mean of −log p(token) over all measured tokens, in nats, whose exponential is the perplexity.</summary>
/// <param name="model">What is measured.</param>
/// <param name="sampler">The sequences.</param>
/// <param name="store">The text they come from, for bits per byte.</param>
/// <param name="batch">Sequences per pass.</param>
/// <param name="batches">Passes; null for all sequences.</param>
public sealed class TextValidation(Transformer model, SequenceSampler sampler, TokenStore store, int batch, int? batches) : Validation
{
    /// <summary>How many sequences are measured.</summary>
    public long Sequences { get; } = Math.Min(sampler.SequencesPerEpoch, batches is { } limit ? (long)limit * batch : long.MaxValue);

    /// <inheritdoc/>
    public override ValidationResult Measure(Workspace workspace)
    {
        double sum = 0;
        long count = 0;
        for (long first = 0; first < Sequences; first += batch)
        {
            workspace.Reset();
            TrainingBatch drawn = sampler.Draw(first, (int)Math.Min(batch, Sequences - first));
            Pass pass = model.Begin(workspace, drawn.ToBatch());
            sum += LanguageModeling.Loss(model, pass, drawn.Targets).Item();
            count += drawn.TargetCount;
        }

        double loss = sum / count;
        return new ValidationResult(loss, [(Metric.ValidationLoss, loss), (Metric.BitsPerByte, store.BitsPerByte(loss))]);
    }
}
