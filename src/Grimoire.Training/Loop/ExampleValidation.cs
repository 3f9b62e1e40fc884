using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Data;
using Grimoire.Training.Runs;

namespace Grimoire.Training;

/// <summary>Measures a model on held-out examples: the mean of −log p(token) over all tokens that are learned in them, in nats.</summary>
/// <param name="model">What is measured.</param>
/// <param name="examples">The examples, at least one.</param>
/// <param name="batch">Examples a pass.</param>
/// <param name="tokens">Tokens a pass at most.</param>
public sealed class ExampleValidation(Transformer model, IReadOnlyList<EncodedExample> examples, int batch, int tokens = int.MaxValue) : Validation
{
    private readonly ExampleSampler sampler = new(examples, seed: null);

    /// <inheritdoc/>
    public override ValidationResult Measure(Workspace workspace)
    {
        double sum = 0;
        long count = 0;
        for (long first = 0; first < examples.Count;)
        {
            workspace.Reset();
            TrainingBatch drawn = sampler.Draw(first, (int)Math.Min(batch, examples.Count - first), tokens);
            sum += LanguageModeling.Loss(model, model.Begin(workspace, drawn.ToBatch()), drawn.Targets).Item();
            count += drawn.TargetCount;
            first += drawn.Lengths.Length;
        }

        double loss = sum / count;
        return new ValidationResult(loss, [(Metric.ValidationLoss, loss), (Metric.AnswerPerplexity, Math.Exp(loss))]);
    }
}
