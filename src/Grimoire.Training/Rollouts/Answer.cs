namespace Grimoire.Training.Rollouts;

/// <summary>What a model said after a prompt, and what it thought of each token.</summary>
/// <param name="Ids">The tokens, with the stop token if it came.</param>
/// <param name="Ended">Whether a stop token came; otherwise the answer was cut off.</param>
/// <param name="LogProbabilities">ln p of each token at temperature 1, without filters: what a policy gradient needs, whatever the sampling.</param>
/// <param name="Entropies">−Σ p ln p in each token's place, in nats.</param>
public sealed record Answer(int[] Ids, bool Ended, float[] LogProbabilities, float[] Entropies);
