using System.Text.Json.Nodes;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Training.Runs;

/// <summary>Everything that decides how a model is aligned by PPO: which model, which prompts, which reward, and how it learns.</summary>
public sealed record PpoRecipe
{
    /// <summary>
    /// The model and how it is trained. A step takes a minibatch of a round; <c>batch</c> is the answers of a pass. Its learning rate is that of
    /// <see cref="LearningRate"/>.
    /// </summary>
    public StageSettings Stage { get; init; } = new()
    {
        Batch = 32,
        Optimizer = new() { Schedule = ScheduleKind.Linear, MinimumLearningRate = 0, Beta2 = 0.95, WeightDecay = 0 },
        Log = new() { SampleInterval = 0 },
    };

    /// <summary>Peak learning rate; null to have it chosen from the model's size.</summary>
    public double? LearningRate { get; init; }

    /// <summary>What is asked, and what answers earn.</summary>
    public PromptSettings Prompts { get; init; } = new();

    /// <summary>A reward that is measured and not learned from, to tell whether the other one is being tricked; null for none.</summary>
    public string? Gold { get; init; }

    /// <summary>How it learns.</summary>
    public PpoSettings Ppo { get; init; } = new();

    /// <summary>Every setting of the recipe, group by group.</summary>
    public static SettingList<PpoRecipe> Settings { get; } =
    [
        .. PromptSettings.Settings.Within((PpoRecipe r) => r.Prompts, (r, v) => r with { Prompts = v }, "Data"),
        Setting.Of("gold", "a reward that is only measured, to tell whether the other is being tricked (none: none)", Text("rewards").OrNone(),
            (PpoRecipe r) => r.Gold, (r, v) => r with { Gold = v }, "Data"),
        .. StageSettings.Within((PpoRecipe r) => r.Stage, (r, v) => r with { Stage = v }).Select(setting => setting.Key != "lr" ? setting
            : Setting.Of("lr", "peak learning rate (none: chosen from the model's size)", Number(0, 100).OrNone(),
                (PpoRecipe r) => r.LearningRate, (r, v) => r with { LearningRate = v }, setting.Group)),
        .. PpoSettings.Settings.Within((PpoRecipe r) => r.Ppo, (r, v) => r with { Ppo = v }, "PPO"),
    ];

    /// <summary>Every value, as it is written to <c>run.json</c>.</summary>
    public JsonObject ToJson() => Settings.ToJson(this);
}
