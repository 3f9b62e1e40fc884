using Grimoire.Models;
using Grimoire.Training.Runs;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Training;

/// <summary>Which of its own answers a model is fine-tuned on.</summary>
public enum KeptAnswers
{
    /// <summary>The best of each prompt, the first of equals: best-of-n distillation.</summary>
    Best,

    /// <summary>Every one that is better than the mean of its prompt: rejection sampling.</summary>
    Good,
}

/// <summary>How a model is fine-tuned on the best of its own answers.</summary>
public sealed record DistillSettings
{
    /// <summary>Prompts a round.</summary>
    public int Prompts { get; init; } = 64;

    /// <summary>Answers to each.</summary>
    public int Answers { get; init; } = 8;

    /// <summary>Which are kept.</summary>
    public KeptAnswers Keep { get; init; }

    /// <summary>What an answer must earn at least to be kept; null for any, but then nothing is kept where all earn the same.</summary>
    public double? Least { get; init; }

    /// <summary>Times the kept answers of a round are gone through.</summary>
    public int Epochs { get; init; } = 1;

    /// <summary>Parts of the kept answers, an optimizer step each.</summary>
    public int Minibatches { get; init; } = 4;

    /// <summary>Longest answer, in tokens.</summary>
    public int MaxTokens { get; init; } = 128;

    /// <summary>Temperature at which answers are drawn.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>Answers drawn at once.</summary>
    public int AtOnce { get; init; } = 256;

    /// <summary>The settings by name.</summary>
    public static SettingList<DistillSettings> Settings { get; } =
    [
        Setting.Of("prompts_per_round", "prompts a round", Count(1, 1 << 20), (DistillSettings s) => s.Prompts, (s, v) => s with { Prompts = v }),
        Setting.Of("answers", "answers to each prompt", Count(1, 1 << 16), (DistillSettings s) => s.Answers, (s, v) => s with { Answers = v }),
        Setting.Of("kept", "which are learned: the best of each prompt, or all good ones, above their prompt's mean", Choice<KeptAnswers>(),
            (DistillSettings s) => s.Keep, (s, v) => s with { Keep = v }),
        Setting.Of("least", "what an answer must earn to be learned (none: more than another to its prompt)", Number(-1e6, 1e6).OrNone(),
            (DistillSettings s) => s.Least, (s, v) => s with { Least = v }),
        Setting.Of("round_epochs", "times the kept answers of a round are gone through", Count(1, 1000),
            (DistillSettings s) => s.Epochs, (s, v) => s with { Epochs = v }),
        Setting.Of("minibatches", "parts of the kept answers, a step each", Count(1, 1 << 20),
            (DistillSettings s) => s.Minibatches, (s, v) => s with { Minibatches = v }),
        Setting.Of("max_tokens", "longest answer", Count(1, 1 << 20), (DistillSettings s) => s.MaxTokens, (s, v) => s with { MaxTokens = v }),
        Setting.Of("temperature", "temperature at which answers are drawn", Number(0.01, 100),
            (DistillSettings s) => s.Temperature, (s, v) => s with { Temperature = v }),
        Setting.Of("at_once", "answers drawn at once", Count(1, 1 << 16), (DistillSettings s) => s.AtOnce, (s, v) => s with { AtOnce = v }),
    ];

    /// <summary>How answers are drawn.</summary>
    public GenerationOptions Generation => new() { MaxTokens = MaxTokens, Sampling = new SamplingOptions { Temperature = Temperature } };

    /// <summary>The answers of a group that are kept.</summary>
    internal IEnumerable<int> Kept(ReadOnlySpan<double> rewards)
    {
        double[] earned = rewards.ToArray();
        double best = earned.Max(), mean = earned.Average();
        bool equal = !rewards.ContainsAnyExcept(rewards[0]);
        double least = Least ?? double.NegativeInfinity;
        if (best < least || (equal && Least is null))
            return [];
        return Keep == KeptAnswers.Best ? [Array.IndexOf(earned, best)]
            : Enumerable.Range(0, earned.Length).Where(i => earned[i] >= least && (equal || earned[i] > mean));
    }
}
