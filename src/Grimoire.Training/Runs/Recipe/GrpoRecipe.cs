using System.Text.Json.Nodes;

namespace Grimoire.Training.Runs;

/// <summary>Everything that decides how a model is aligned by GRPO: which model, which prompts, which reward, and how it learns.</summary>
public sealed record GrpoRecipe
{
    /// <summary>The model and how it is trained. A step takes a minibatch of a round; <c>batch</c> is the answers of a pass.</summary>
    public StageSettings Stage { get; init; } = new()
    {
        Batch = 16,
        Optimizer = new() { LearningRate = 3e-5, Schedule = ScheduleKind.Linear, MinimumLearningRate = 0, Beta2 = 0.99, WeightDecay = 0 },
        Log = new() { Interval = 1, SampleInterval = 0 },
    };

    /// <summary>What is asked, and what answers earn.</summary>
    public PromptSettings Prompts { get; init; } = new();

    /// <summary>How it learns.</summary>
    public GrpoSettings Grpo { get; init; } = new();

    /// <summary>Every setting of the recipe, group by group.</summary>
    public static SettingList<GrpoRecipe> Settings { get; } =
    [
        .. PromptSettings.Settings.Within((GrpoRecipe r) => r.Prompts, (r, v) => r with { Prompts = v }, "Data"),
        .. StageSettings.Within((GrpoRecipe r) => r.Stage, (r, v) => r with { Stage = v }),
        .. GrpoSettings.Settings.Within((GrpoRecipe r) => r.Grpo, (r, v) => r with { Grpo = v }, "GRPO"),
    ];

    /// <summary>Every value, as it is written to <c>run.json</c>.</summary>
    public JsonObject ToJson() => Settings.ToJson(this);
}
