using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Data;
using Grimoire.Training.Rollouts;

namespace Grimoire.Training;

/// <summary>
/// How far a model has gone from its reference, on answers that it draws itself at temperature 1: KL(π‖ρ) an answer in nats by the estimate e⁻ᵈ − 1 + d of each
/// token (<see cref="KlEstimator.K3"/>), and the mean entropy of a token. The draws are the same at each measurement but for what the model has learned.
/// </summary>
/// <param name="model">What has moved.</param>
/// <param name="reference">From where.</param>
/// <param name="prompts">Token ids of prompts, at least one.</param>
/// <param name="options">The length of answers and the tokens that end them.</param>
/// <param name="kernels">What computes.</param>
public sealed class Drift(Transformer model, ReferencePolicy reference, IReadOnlyList<int[]> prompts, GenerationOptions options, Kernels kernels)
{
    private const int AtOnce = 16;
    private readonly AnswerSampler sampler = new(model, kernels);

    /// <summary>Measures it.</summary>
    /// <param name="workspace">Without a tape; may be reset.</param>
    public (double Kl, double Entropy) Measure(Workspace workspace)
    {
        GenerationOptions drawing = options with { Sampling = new SamplingOptions { Temperature = 1 } };
        IReadOnlyList<Answer> answers = sampler.Sample(prompts, perPrompt: 1, drawing, seed: 1);
        double kl = 0;
        foreach ((int[] Prompt, Answer Answer)[] chunk in prompts.Zip(answers).Chunk(AtOnce))
        {
            workspace.Reset();
            float[] start = reference.LogProbabilities(TrainingBatch.Of([.. chunk.Select(pair => Encoded(pair.Prompt, pair.Answer.Ids))]), workspace);
            int token = 0;
            foreach (float log in chunk.SelectMany(pair => pair.Answer.LogProbabilities))
                kl += KlEstimate.Of(KlEstimator.K3, log, start[token++]).Value;
        }

        return (kl / answers.Count, answers.SelectMany(answer => answer.Entropies).Average());
    }

    private static EncodedExample Encoded(int[] prompt, int[] answer) =>
        new([.. prompt, .. answer], [.. Enumerable.Range(0, prompt.Length + answer.Length).Select(t => t >= prompt.Length)]);
}
