using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Training.Runs;

/// <summary>Optimizers.</summary>
public enum OptimizerKind
{
    /// <summary>Adam with decoupled weight decay, on matrices only.</summary>
    AdamW,

    /// <summary>Muon for matrices, AdamW for the rest.</summary>
    Muon,

    /// <summary>Stochastic gradient descent with momentum.</summary>
    Sgd,
}

/// <summary>How weights are changed.</summary>
public sealed record OptimizerSettings
{
    /// <summary>The optimizer.</summary>
    public OptimizerKind Kind { get; init; }

    /// <summary>Peak learning rate.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Learning rate at the end; null for a tenth of the peak.</summary>
    public double? MinimumLearningRate { get; init; }

    /// <summary>Adam's decay of the mean gradient.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Adam's decay of the mean squared gradient. 0.99 suits steps of few tokens, 0.95 large ones.</summary>
    public double Beta2 { get; init; } = 0.99;

    /// <summary>Decay of matrices, times the learning rate, a step.</summary>
    public double WeightDecay { get; init; } = 0.1;

    /// <summary>Largest norm of the whole gradient; 0 for no clipping.</summary>
    public double Clip { get; init; } = 1;

    /// <summary>Momentum of SGD and Muon.</summary>
    public double Momentum { get; init; } = 0.95;

    /// <summary>The learning rate's course.</summary>
    public ScheduleKind Schedule { get; init; } = ScheduleKind.Cosine;

    /// <summary>Steps over which the learning rate rises from 0; null for 2 % of all steps, at least 20 but no more than a tenth.</summary>
    public int? Warmup { get; init; }

    /// <summary>The settings by name.</summary>
    public static SettingList<OptimizerSettings> Settings { get; } =
    [
        Setting.Of("optimizer", "optimizer", Choice<OptimizerKind>(), (OptimizerSettings s) => s.Kind, (s, v) => s with { Kind = v }),
        Setting.Of("lr", "peak learning rate", Number(0, 100), (OptimizerSettings s) => s.LearningRate, (s, v) => s with { LearningRate = v }),
        Setting.Of("min_lr", "learning rate at the end (none: a tenth of the peak)", Number(0, 100).OrNone(),
            (OptimizerSettings s) => s.MinimumLearningRate, (s, v) => s with { MinimumLearningRate = v }),
        Setting.Of("schedule", "course of the learning rate", Choice<ScheduleKind>(), (OptimizerSettings s) => s.Schedule, (s, v) => s with { Schedule = v }),
        Setting.Of("warmup", "steps over which the learning rate rises (none: 2 % of all, at least 20, at most a tenth)", Count(0, int.MaxValue).OrNone(),
            (OptimizerSettings s) => s.Warmup, (s, v) => s with { Warmup = v }),
        Setting.Of("beta1", "Adam's decay of the mean gradient", Number(0, 0.99999), (OptimizerSettings s) => s.Beta1, (s, v) => s with { Beta1 = v }),
        Setting.Of("beta2", "Adam's decay of the mean squared gradient", Number(0, 0.99999), (OptimizerSettings s) => s.Beta2, (s, v) => s with { Beta2 = v }),
        Setting.Of("weight_decay", "decay of matrices", Number(0, 10), (OptimizerSettings s) => s.WeightDecay, (s, v) => s with { WeightDecay = v }),
        Setting.Of("clip", "largest norm of the whole gradient (0: no clipping)", Number(0, 1e6),
            (OptimizerSettings s) => s.Clip, (s, v) => s with { Clip = v }),
        Setting.Of("momentum", "momentum of sgd and muon", Number(0, 0.99999), (OptimizerSettings s) => s.Momentum, (s, v) => s with { Momentum = v }),
    ];
}
