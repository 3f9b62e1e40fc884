using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Data;
using Grimoire.Training.Rewards;
using Grimoire.Training.Rollouts;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Answers;

/// <summary>
/// Has the model answer held-out prompts, greedily and so always in the same way, and tells how good the answers are: the share that is right, by skill where
/// it is known; mean reward, and how often it beats that of the model at the start; length, and how many came to an end; refusals and secrets told; and the
/// perplexity of plain text.
/// </summary>
/// <param name="model">What answers.</param>
/// <param name="encoder">Writes prompts as the model reads them.</param>
/// <param name="prompts">The prompts, at least one.</param>
/// <param name="kernels">What computes.</param>
public sealed class AnswerValidation(LanguageModel model, ExampleEncoder encoder, IReadOnlyList<PromptExample> prompts, Kernels kernels) : Validation
{
    private const double Equal = 1e-9;
    private readonly RolloutSampler sampler = new(model, encoder, kernels);

    /// <summary>The prompts.</summary>
    public IReadOnlyList<PromptExample> Prompts => prompts;

    /// <summary>The most tokens of an answer.</summary>
    public int MaxTokens { get; init; } = 128;

    /// <summary>Says how good answers are; null where nothing does.</summary>
    public Reward? Reward { get; init; }

    /// <summary>The rewards of the start model's answers to the same prompts, for the win rate; null for none.</summary>
    public IReadOnlyList<double>? Start { get; init; }

    /// <summary>The text whose perplexity is measured; null for none.</summary>
    public PlainText? Text { get; init; }

    /// <summary>What is measured first and, if there is any, picks the best checkpoint; otherwise the reward does, or the share of right answers.</summary>
    public Validation? First { get; init; }

    /// <inheritdoc/>
    public override ValidationResult Measure(Workspace workspace)
    {
        ValidationResult? first = First?.Measure(workspace);
        IReadOnlyList<Rollout> answers = Answer();
        AnswerScores scores = AnswerScores.Of([.. answers.Select(answer => AnswerJudge.Judge(answer.Prompt, answer.Text))]);
        double[]? rewards = Reward?.Score(answers);
        var metrics = new List<(string Name, double Value)>(first?.Metrics ?? []);
        if (rewards is not null)
            metrics.Add((Metric.Reward, rewards.Average()));
        if (rewards is not null && Start is not null)
            metrics.Add((Metric.WinRate, WinRate(rewards, Start)));
        metrics.Add((Metric.ResponseLength, answers.Average(answer => (double)answer.AnswerIds.Length)));
        metrics.Add((Metric.EndRate, Rate.Of(answers, answer => answer.Ended).Share));
        if (Text is not null)
            metrics.Add((Metric.Perplexity, Text.Perplexity(model.Transformer, workspace)));
        metrics.AddRange(scores.Metrics());
        double loss = first?.Loss ?? -(rewards?.Average() ?? (scores.Accepted.Total > 0 ? scores.Accepted.Share : 0));
        return new ValidationResult(loss, metrics);
    }

    /// <summary>The model's greedy answers to all prompts, or to the first few.</summary>
    public IReadOnlyList<Rollout> Answer(int count = int.MaxValue) =>
        sampler.Sample([.. prompts.Take(count)], perPrompt: 1,
            new GenerationOptions { MaxTokens = MaxTokens, Sampling = new SamplingOptions { Temperature = 0 } }, seed: 0);

    /// <summary>The share of answers with a higher reward than the start's, those of equal reward counting half.</summary>
    public static double WinRate(IReadOnlyList<double> rewards, IReadOnlyList<double> start) =>
        rewards.Zip(start, (now, then) => Math.Abs(now - then) <= Equal ? 0.5 : now > then ? 1 : 0).Average();
}
