using System.Text.Json.Nodes;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Training.Runs;

/// <summary>Everything that decides how a model is aligned by PPO: which model, which prompts, which reward, and how it learns.</summary>
public sealed record PpoRecipe
{
    /// <summary>The model and how it is trained. A step takes a minibatch of a round; <c>batch</c> is the answers of a pass.</summary>
    public StageSettings Stage { get; init; } = new()
    {
        Batch = 16,
        Optimizer = new() { LearningRate = 1e-4, Schedule = ScheduleKind.Linear, MinimumLearningRate = 0, Beta2 = 0.95, WeightDecay = 0 },
        Log = new() { SampleInterval = 0 },
    };

    /// <summary>Files with prompts.</summary>
    public IReadOnlyList<string> Prompts { get; init; } = [];

    /// <summary>The share of prompts held out to be answered at each validation, where the checks name no others.</summary>
    public double ValidationFraction { get; init; } = 0.1;

    /// <summary>What answers earn, as <see cref="Rewards.RewardNames"/> reads it.</summary>
    public string Reward { get; init; } = "";

    /// <summary>A reward that is measured and not learned from, to tell whether the other one is being tricked; null for none.</summary>
    public string? Gold { get; init; }

    /// <summary>The chat format; null for the model's own, or the one that fits its vocabulary.</summary>
    public string? Template { get; init; }

    /// <summary>Whether bad rows are passed over.</summary>
    public bool SkipBad { get; init; }

    /// <summary>How it learns.</summary>
    public PpoSettings Ppo { get; init; } = new();

    /// <summary>Every setting of the recipe, group by group.</summary>
    public static SettingList<PpoRecipe> Settings { get; } =
    [
        Setting.Of("prompts", "files with prompts (column prompt or messages, and what the reward needs)", Texts("paths"),
            (PpoRecipe r) => r.Prompts, (r, v) => r with { Prompts = v }, "Data"),
        Setting.Of("val_share", "share of the prompts held out for validation, where check_prompts names no others", Number(0, 0.9),
            (PpoRecipe r) => r.ValidationFraction, (r, v) => r with { ValidationFraction = v }, "Data"),
        Setting.Of("reward", "what answers earn: model:PATH, world, exact, number, …, perhaps with weights as in number,0.2*sum-steps", Text("rewards"),
            (PpoRecipe r) => r.Reward, (r, v) => r with { Reward = v }, "Data"),
        Setting.Of("gold", "a reward that is only measured, to tell whether the other is being tricked (none: none)", Text("rewards").OrNone(),
            (PpoRecipe r) => r.Gold, (r, v) => r with { Gold = v }, "Data"),
        Setting.Of("template", "chat format; else as the model has it", ConversationFormat,
            (PpoRecipe r) => r.Template, (r, v) => r with { Template = v }, "Data"),
        Setting.Of("skip_bad", "pass over bad rows", Flag, (PpoRecipe r) => r.SkipBad, (r, v) => r with { SkipBad = v }, "Data"),
        .. StageSettings.Within((PpoRecipe r) => r.Stage, (r, v) => r with { Stage = v }),
        .. PpoSettings.Settings.Within((PpoRecipe r) => r.Ppo, (r, v) => r with { Ppo = v }, "PPO"),
    ];

    /// <summary>Every value, as it is written to <c>run.json</c>.</summary>
    public JsonObject ToJson() => Settings.ToJson(this);
}
