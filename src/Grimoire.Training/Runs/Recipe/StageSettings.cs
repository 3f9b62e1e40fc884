using Grimoire.Models;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Training.Runs;

/// <summary>What all stages that train a model further can be told. Where steps are given they count, else the minutes, else the epochs.</summary>
public sealed record StageSettings
{
    private static readonly string[] Logged = ["log_interval", "eval_interval", "sample_interval", "checkpoint_interval", "keep"];

    /// <summary>The model to begin with: a folder or a GGUF file.</summary>
    public string Model { get; init; } = "";

    /// <summary>Whether the whole model is trained or an adapter on it.</summary>
    public AdapterSettings Adapter { get; init; } = new();

    /// <summary>Sequences a pass.</summary>
    public int Batch { get; init; } = 8;

    /// <summary>Passes whose gradients are added up for a step.</summary>
    public int Accumulate { get; init; } = 1;

    /// <summary>Optimizer steps; null to go by minutes or epochs.</summary>
    public int? Steps { get; init; }

    /// <summary>Rounds over the data; null to go by steps or minutes.</summary>
    public double? Epochs { get; init; } = 1;

    /// <summary>A time budget from which the number of steps is chosen; null to go by steps or epochs.</summary>
    public double? Minutes { get; init; }

    /// <summary>Share of activations dropped while training.</summary>
    public double Dropout { get; init; }

    /// <summary>Whether blocks are computed again in the backward pass rather than remembered.</summary>
    public bool Recompute { get; init; }

    /// <summary>How activations wait for the backward pass where they are remembered.</summary>
    public SavedActivations SavedActivations { get; init; }

    /// <summary>The seed all randomness comes from.</summary>
    public long Seed { get; init; } = 1337;

    /// <summary>Threads; null for one a core. The result does not depend on it.</summary>
    public int? Threads { get; init; }

    /// <summary>How weights are changed. A model that knows something already needs no weight decay and a low rate that ends at 0.</summary>
    public OptimizerSettings Optimizer { get; init; } = new() { LearningRate = 1e-4, MinimumLearningRate = 0, Beta2 = 0.95, WeightDecay = 0 };

    /// <summary>What is written down, and how often.</summary>
    public LogSettings Log { get; init; } = new() { SampleInterval = 0 };

    /// <summary>With what the model's answers are checked.</summary>
    public CheckSettings Checks { get; init; } = new();

    /// <summary>The settings by name, with their headings; a recipe takes them in with <see cref="Within"/>.</summary>
    public static SettingList<StageSettings> Settings { get; } =
    [
        Setting.Of("model", "the model to begin with", Text("a path"), (StageSettings s) => s.Model, (s, v) => s with { Model = v }, "Model"),
        .. AdapterSettings.Settings.Within((StageSettings s) => s.Adapter, (s, v) => s with { Adapter = v }, "Adapter"),
        .. Training,
        .. OptimizerSettings.Settings.Within((StageSettings s) => s.Optimizer, (s, v) => s with { Optimizer = v }, "Optimizer"),
        .. LogSettings.Settings.Where(setting => Logged.Contains(setting.Key))
            .Select(setting => setting.Within((StageSettings s) => s.Log, (s, v) => s with { Log = v }, "What is written down")),
        .. CheckSettings.Settings.Within((StageSettings s) => s.Checks, (s, v) => s with { Checks = v }, "What is asked of the model"),
    ];

    private static SettingList<StageSettings> Training =>
    [
        Setting.Of("batch", "sequences a pass", Count(1, 1 << 20), (StageSettings s) => s.Batch, (s, v) => s with { Batch = v }, "Training"),
        Setting.Of("accumulate", "passes a step", Count(1, 1 << 20), (StageSettings s) => s.Accumulate, (s, v) => s with { Accumulate = v }, "Training"),
        Setting.Of("steps", "optimizer steps (none: by minutes or epochs)", Count(1, int.MaxValue).OrNone(),
            (StageSettings s) => s.Steps, (s, v) => s with { Steps = v }, "Training"),
        Setting.Of("epochs", "rounds over the data, where neither steps nor minutes are given", Number(1e-6, 1e6).OrNone(),
            (StageSettings s) => s.Epochs, (s, v) => s with { Epochs = v }, "Training"),
        Setting.Of("minutes", "time budget from which the steps are chosen", Number(0.01, 1e6).OrNone(),
            (StageSettings s) => s.Minutes, (s, v) => s with { Minutes = v }, "Training"),
        Setting.Of("dropout", "share of activations dropped while training", Number(0, 0.9),
            (StageSettings s) => s.Dropout, (s, v) => s with { Dropout = v }, "Training"),
        Setting.Of("recompute", "compute blocks again in the backward pass: less memory, a third more time", Flag,
            (StageSettings s) => s.Recompute, (s, v) => s with { Recompute = v }, "Training"),
        Setting.Of("save_activations", "what blocks that are not computed again remember: f32, or bf16 for half the memory and rounded gradients",
            Choice<SavedActivations>(), (StageSettings s) => s.SavedActivations, (s, v) => s with { SavedActivations = v }, "Training"),
        Setting.Of("seed", "seed of all randomness", Integer(0), (StageSettings s) => s.Seed, (s, v) => s with { Seed = v }, "Training"),
        Setting.Of("threads", "threads (none: one a core)", Count(1, 1024).OrNone(),
            (StageSettings s) => s.Threads, (s, v) => s with { Threads = v }, "Training"),
    ];

    /// <summary>The settings, seen from a recipe that holds them, each under its own heading.</summary>
    public static IEnumerable<Setting<TRecipe>> Within<TRecipe>(Func<TRecipe, StageSettings> get, Func<TRecipe, StageSettings, TRecipe> with) =>
        Settings.Select(setting => setting.Within(get, with, setting.Group));

    /// <summary>Refuses values that contradict each other.</summary>
    /// <exception cref="GrimoireException">Values contradict each other.</exception>
    public void Check()
    {
        if (Model.Length == 0)
            throw new GrimoireException("No model is given to begin with; name a model folder, a run or a GGUF file.");
        if (Optimizer.MinimumLearningRate > Optimizer.LearningRate)
            throw new GrimoireException(
                FormattableString.Invariant($"The recipe contradicts itself: min_lr is above lr ({Optimizer.LearningRate}); lower min_lr or raise lr."));
        if (Steps is null && Minutes is null && Epochs is null)
            throw new GrimoireException("The recipe contradicts itself: neither steps nor minutes nor epochs are given; give one.");
    }
}
