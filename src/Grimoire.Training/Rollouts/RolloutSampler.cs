using Grimoire.Models;
using Grimoire.Models.Tokenizers;
using Grimoire.Tensors;
using Grimoire.Training.Data;

namespace Grimoire.Training.Rollouts;

/// <summary>Has a model answer prompts, each several times, with the same weights that are trained. See <see cref="AnswerSampler"/>.</summary>
/// <param name="model">The model; its tokenizer's and its makers' stop tokens end an answer.</param>
/// <param name="encoder">Writes prompts as the model reads them.</param>
/// <param name="kernels">What computes.</param>
/// <param name="atOnce">The most answers at once.</param>
public sealed class RolloutSampler(LanguageModel model, ExampleEncoder encoder, Kernels kernels, int atOnce = 256)
{
    private readonly AnswerSampler answers = new(model.Transformer, kernels, atOnce);

    /// <summary>Draws the answers: those to prompt i are entries i · perPrompt and following.</summary>
    /// <param name="prompts">The prompts.</param>
    /// <param name="perPrompt">Answers to each.</param>
    /// <param name="options">How to draw; stop strings are not looked at.</param>
    /// <param name="seed">Same seed and weights, same answers.</param>
    /// <param name="cancellation">Ends the work within one token.</param>
    /// <exception cref="GrimoireException">A prompt leaves no room for an answer in the model's context, or an option is out of range.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public IReadOnlyList<Rollout> Sample(
        IReadOnlyList<PromptExample> prompts, int perPrompt, GenerationOptions options, ulong seed, CancellationToken cancellation = default)
    {
        int[][] ids = [.. prompts.Select(encoder.EncodePrompt)];
        int[] stops = [.. options.StopTokens.Union(model.Tokenizer.StopIds).Union(model.Defaults.StopTokens)];
        IReadOnlyList<Answer> drawn = answers.Sample(ids, perPrompt, options with { StopTokens = stops }, seed, cancellation);
        return [.. drawn.Select((answer, i) => Of(prompts[i / perPrompt], ids[i / perPrompt], answer))];
    }

    private Rollout Of(PromptExample prompt, int[] promptIds, Answer answer)
    {
        ReadOnlySpan<int> said = answer.Ids.AsSpan(0, answer.Ids.Length - (answer.Ended ? 1 : 0));
        StreamingDecoder decoder = model.Tokenizer.CreateDecoder(continues: true);
        string text = "";
        foreach (int id in said)
            text += decoder.Append(id);
        return new Rollout(prompt, promptIds, answer.Ids, text + decoder.Flush(), answer.Ended, answer.LogProbabilities, answer.Entropies);
    }
}
