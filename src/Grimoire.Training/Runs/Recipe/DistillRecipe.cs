using System.Text.Json.Nodes;

namespace Grimoire.Training.Runs;

/// <summary>Everything that decides how a model is fine-tuned on the best of its own answers.</summary>
public sealed record DistillRecipe
{
    /// <summary>The model and how it is trained. A step takes a minibatch of a round's kept answers; <c>batch</c> is the answers of a pass.</summary>
    public StageSettings Stage { get; init; } = new()
    {
        Batch = 16,
        Optimizer = new() { LearningRate = 3e-5, Schedule = ScheduleKind.Linear, MinimumLearningRate = 0, Beta2 = 0.99, WeightDecay = 0 },
        Log = new() { Interval = 1, SampleInterval = 0 },
    };

    /// <summary>What is asked, and what answers earn.</summary>
    public PromptSettings Prompts { get; init; } = new();

    /// <summary>How it learns.</summary>
    public DistillSettings Distill { get; init; } = new();

    /// <summary>Every setting of the recipe, group by group.</summary>
    public static SettingList<DistillRecipe> Settings { get; } =
    [
        .. PromptSettings.Settings.Within((DistillRecipe r) => r.Prompts, (r, v) => r with { Prompts = v }, "Data"),
        .. StageSettings.Within((DistillRecipe r) => r.Stage, (r, v) => r with { Stage = v }),
        .. DistillSettings.Settings.Within((DistillRecipe r) => r.Distill, (r, v) => r with { Distill = v }, "Distillation"),
    ];

    /// <summary>Every value, as it is written to <c>run.json</c>.</summary>
    public JsonObject ToJson() => Settings.ToJson(this);
}
