using Grimoire.Training.Data;

namespace Grimoire.Training.Rollouts;

/// <summary>An answer that a model gave to a prompt while it learns from its own answers.</summary>
/// <param name="Prompt">The prompt, with the columns that judges need.</param>
/// <param name="PromptIds">The prompt as the model read it.</param>
/// <param name="AnswerIds">The answer's tokens, with the stop token if it came.</param>
/// <param name="Text">The answer, without the stop token.</param>
/// <param name="Ended">Whether a stop token came; otherwise the answer was cut off.</param>
/// <param name="LogProbabilities">ln p of each token of the answer at temperature 1, without filters.</param>
/// <param name="Entropies">−Σ p ln p in each token's place, in nats.</param>
public sealed record Rollout(PromptExample Prompt, int[] PromptIds, int[] AnswerIds, string Text, bool Ended, float[] LogProbabilities, float[] Entropies)
{
    /// <summary>Prompt and answer as one sequence, of which the answer is trained.</summary>
    public EncodedExample Encoded => new([.. PromptIds, .. AnswerIds], [.. new bool[PromptIds.Length], .. Enumerable.Repeat(true, AnswerIds.Length)]);
}
