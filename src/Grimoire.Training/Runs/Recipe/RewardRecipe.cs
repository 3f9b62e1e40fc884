using System.Text.Json.Nodes;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Training.Runs;

/// <summary>How a reward model is raised: from which model, on which preferences.</summary>
public sealed record RewardRecipe
{
    /// <summary>What all stages can be told. A pair is a sequence here.</summary>
    public StageSettings Stage { get; init; } = new();

    /// <summary>Files of preferences: columns <c>prompt</c>, <c>chosen</c>, <c>rejected</c> and perhaps <c>margin</c>.</summary>
    public IReadOnlyList<string> Data { get; init; } = [];

    /// <summary>Files of held-out preferences; none to hold out a share of <see cref="Data"/>.</summary>
    public IReadOnlyList<string> Validation { get; init; } = [];

    /// <summary>The share of pairs held out, chosen by a hash of their prompts, so that no prompt is on both sides.</summary>
    public double ValidationShare { get; init; } = 0.1;

    /// <summary>The most held-out pairs that are measured.</summary>
    public int ValidationPairs { get; init; } = 2000;

    /// <summary>Whether bad rows are counted and passed over.</summary>
    public bool SkipBad { get; init; }

    /// <summary>How conversations are written: a name, a file or <c>none</c>; null for the model's own way.</summary>
    public string? Template { get; init; }

    /// <summary>Peak learning rate; null to have it chosen from the model's size.</summary>
    public double? LearningRate { get; init; }

    /// <summary>Weight of (r_c + r_r)², which holds the rewards' mean at 0.</summary>
    public double Centering { get; init; } = 0.01;

    /// <summary>The settings by name.</summary>
    public static SettingList<RewardRecipe> Settings { get; } =
    [
        .. StageSettings.Within((RewardRecipe r) => r.Stage, (r, v) => r with { Stage = v }).Select(setting => setting.Key != "lr" ? setting
            : Setting.Of("lr", "peak learning rate (none: chosen from the model's size)", Number(0, 100).OrNone(),
                (RewardRecipe r) => r.LearningRate, (r, v) => r with { LearningRate = v }, setting.Group)),
        Setting.Of("data", "preference files: prompt, chosen, rejected, perhaps margin", Texts("paths"),
            (RewardRecipe r) => r.Data, (r, v) => r with { Data = v }, "Data"),
        Setting.Of("val_data", "held-out preferences (none: a share of the data)", Texts("paths"),
            (RewardRecipe r) => r.Validation, (r, v) => r with { Validation = v }, "Data"),
        Setting.Of("val_share", "share of the pairs held out, by prompt", Number(0, 0.9),
            (RewardRecipe r) => r.ValidationShare, (r, v) => r with { ValidationShare = v }, "Data"),
        Setting.Of("val_pairs", "the most held-out pairs to measure", Count(1, int.MaxValue),
            (RewardRecipe r) => r.ValidationPairs, (r, v) => r with { ValidationPairs = v }, "Data"),
        Setting.Of("skip_bad", "pass over bad rows and count them", Flag, (RewardRecipe r) => r.SkipBad, (r, v) => r with { SkipBad = v }, "Data"),
        Setting.Of("template", "chat format; else as the model has it", ConversationFormat,
            (RewardRecipe r) => r.Template, (r, v) => r with { Template = v }, "Data"),
        Setting.Of("centering", "weight of the squared sum of a pair's rewards, which holds their mean at 0", Number(0, 100),
            (RewardRecipe r) => r.Centering, (r, v) => r with { Centering = v }, "Loss"),
    ];

    /// <summary>Every value, as it is written to <c>run.json</c>.</summary>
    public JsonObject ToJson() => Settings.ToJson(this);
}
