using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Data;

namespace Grimoire.Training;

/// <summary>Measures a model on held-out sequences, always the same ones.</summary>
/// <param name="sampler">The sequences.</param>
/// <param name="store">The text they come from, for bits per byte.</param>
/// <param name="batch">Sequences per pass.</param>
/// <param name="batches">Passes; null for all sequences.</param>
public sealed class Validation(SequenceSampler sampler, TokenStore store, int batch, int? batches)
{
    /// <summary>How many sequences are measured.</summary>
    public long Sequences { get; } = Math.Min(sampler.SequencesPerEpoch, batches is { } limit ? (long)limit * batch : long.MaxValue);

    /// <summary>The mean of −log p(token) over all measured tokens, in nats: its exponential is the perplexity.</summary>
    public double Loss(Transformer model, Workspace workspace)
    {
        Tape? tape = workspace.Exchange(null);
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

        workspace.Exchange(tape);
        return sum / count;
    }

    /// <summary>A loss of this text in bits per byte, which tokenizers do not change.</summary>
    public double BitsPerByte(double loss) => store.BitsPerByte(loss);
}
