using Grimoire.Models;
using Grimoire.Training.Runs;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Training;

/// <summary>What is done with a group whose answers all earn the same, from which nothing can be learned.</summary>
public enum EqualGroups
{
    /// <summary>It is left out: less work, and the loss is the mean over what teaches something.</summary>
    Skip,

    /// <summary>It takes part with advantages of 0, so that the rest weighs less; with β above 0 it is still held to the reference.</summary>
    Keep,

    /// <summary>Further prompts are asked in its place, up to four times as many as wanted: dynamic sampling (Yu et al. 2025, arXiv:2503.14476).</summary>
    Resample,
}

/// <summary>How GRPO draws answers and learns from them.</summary>
public sealed record GrpoSettings
{
    /// <summary>Prompts a round.</summary>
    public int Prompts { get; init; } = 16;

    /// <summary>Answers to each.</summary>
    public int Group { get; init; } = 8;

    /// <summary>Times a round's answers are gone through.</summary>
    public int Epochs { get; init; } = 1;

    /// <summary>Parts of a round's answers, an optimizer step each.</summary>
    public int Minibatches { get; init; } = 1;

    /// <summary>Longest answer, in tokens.</summary>
    public int MaxTokens { get; init; } = 128;

    /// <summary>Temperature at which answers are drawn.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>Only the so many likeliest tokens are drawn; 0 for all.</summary>
    public int TopK { get; init; }

    /// <summary>Answers drawn at once.</summary>
    public int AtOnce { get; init; } = 256;

    /// <summary>What a group's rewards are divided by.</summary>
    public AdvantageScale Scale { get; init; }

    /// <summary>How far below 1 the ratio of new to old probability counts.</summary>
    public double Clip { get; init; } = 0.2;

    /// <summary>How far above 1 it counts.</summary>
    public double ClipHigh { get; init; } = 0.28;

    /// <summary>β, the price of a nat away from the reference; 0 for none, and then no reference is loaded.</summary>
    public double Kl { get; init; }

    /// <summary>What is done with groups that teach nothing.</summary>
    public EqualGroups EqualGroups { get; init; }

    /// <summary>Whether nothing is learned from answers that were cut off; they count in their group all the same.</summary>
    public bool MaskTruncated { get; init; }

    /// <summary>The settings by name.</summary>
    public static SettingList<GrpoSettings> Settings { get; } =
    [
        Setting.Of("prompts_per_round", "prompts a round", Count(1, 1 << 20), (GrpoSettings s) => s.Prompts, (s, v) => s with { Prompts = v }),
        Setting.Of("group", "answers to each prompt", Count(2, 1 << 16), (GrpoSettings s) => s.Group, (s, v) => s with { Group = v }),
        Setting.Of("round_epochs", "times a round's answers are gone through", Count(1, 1000), (GrpoSettings s) => s.Epochs, (s, v) => s with { Epochs = v }),
        Setting.Of("minibatches", "parts of a round's answers, a step each", Count(1, 1 << 20),
            (GrpoSettings s) => s.Minibatches, (s, v) => s with { Minibatches = v }),
        Setting.Of("max_tokens", "longest answer", Count(1, 1 << 20), (GrpoSettings s) => s.MaxTokens, (s, v) => s with { MaxTokens = v }),
        Setting.Of("temperature", "temperature at which answers are drawn", Number(0.01, 100),
            (GrpoSettings s) => s.Temperature, (s, v) => s with { Temperature = v }),
        Setting.Of("top_k", "only the so many likeliest tokens are drawn (0: all)", Count(0, 1 << 24),
            (GrpoSettings s) => s.TopK, (s, v) => s with { TopK = v }),
        Setting.Of("at_once", "answers drawn at once", Count(1, 1 << 16), (GrpoSettings s) => s.AtOnce, (s, v) => s with { AtOnce = v }),
        Setting.Of("scale", "what a group's rewards are divided by: their deviation or nothing", Choice<AdvantageScale>(),
            (GrpoSettings s) => s.Scale, (s, v) => s with { Scale = v }),
        Setting.Of("ratio_clip", "how far below 1 the ratio of new to old probability counts", Number(0, 1),
            (GrpoSettings s) => s.Clip, (s, v) => s with { Clip = v }),
        Setting.Of("ratio_clip_high", "how far above 1 it counts", Number(0, 100), (GrpoSettings s) => s.ClipHigh, (s, v) => s with { ClipHigh = v }),
        Setting.Of("kl", "β: the price of a nat away from the reference (0: no reference)", Number(0, 1e3),
            (GrpoSettings s) => s.Kl, (s, v) => s with { Kl = v }),
        Setting.Of("equal_groups", "groups whose answers all earn the same: skip, keep, or resample", Choice<EqualGroups>(),
            (GrpoSettings s) => s.EqualGroups, (s, v) => s with { EqualGroups = v }),
        Setting.Of("mask_truncated", "learn nothing from answers that were cut off", Flag,
            (GrpoSettings s) => s.MaskTruncated, (s, v) => s with { MaskTruncated = v }),
    ];

    /// <summary>How answers are drawn.</summary>
    public GenerationOptions Generation => new()
    {
        MaxTokens = MaxTokens,
        Sampling = new SamplingOptions { Temperature = Temperature, TopK = TopK },
    };

    internal GrpoLoss Loss => new(new ClippedSurrogate(Clip, ClipHigh), Kl);
}
