using System.Text.Json.Nodes;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Training.Runs;

/// <summary>Everything that decides how a model learns from preferences: which model, which pairs, which loss.</summary>
public sealed record DpoRecipe
{
    /// <summary>
    /// The model and how it is trained. A sequence of a pass is a pair here, or an answer in KTO. Its learning rate is that of <see cref="LearningRate"/>.
    /// </summary>
    public StageSettings Stage { get; init; } = new()
    {
        Batch = 16,
        Optimizer = new() { Schedule = ScheduleKind.Linear, MinimumLearningRate = 0, Beta2 = 0.95, WeightDecay = 0 },
        Log = new() { SampleInterval = 0, EvaluationInterval = 50 },
    };

    /// <summary>Peak learning rate; null to have it chosen from the model's size.</summary>
    public double? LearningRate { get; init; }

    /// <summary>Files of preferences.</summary>
    public IReadOnlyList<string> Data { get; init; } = [];

    /// <summary>Files of held-out preferences; none to hold out a share of <see cref="Data"/>.</summary>
    public IReadOnlyList<string> Validation { get; init; } = [];

    /// <summary>The share held out, chosen by a hash of the prompts, so that no prompt is on both sides.</summary>
    public double ValidationShare { get; init; } = 0.05;

    /// <summary>The most held-out rows that are measured.</summary>
    public int ValidationPairs { get; init; } = 256;

    /// <summary>Whether bad rows are counted and passed over.</summary>
    public bool SkipBad { get; init; }

    /// <summary>How conversations are written: a name, a file or <c>none</c>; null for the model's own way.</summary>
    public string? Template { get; init; }

    /// <summary>The loss.</summary>
    public PreferenceSettings Preference { get; init; } = new();

    /// <summary>Every setting of the recipe, group by group.</summary>
    public static SettingList<DpoRecipe> Settings { get; } =
    [
        Setting.Of("data", "preferences: prompt, chosen, rejected; for kto also prompt, completion, label", Texts("paths"),
            (DpoRecipe r) => r.Data, (r, v) => r with { Data = v }, "Data"),
        Setting.Of("val_data", "held-out preferences (none: a share of the data)", Texts("paths"),
            (DpoRecipe r) => r.Validation, (r, v) => r with { Validation = v }, "Data"),
        Setting.Of("val_share", "share of the data held out, by prompt", Number(0, 0.9),
            (DpoRecipe r) => r.ValidationShare, (r, v) => r with { ValidationShare = v }, "Data"),
        Setting.Of("val_pairs", "the most held-out rows to measure", Count(1, int.MaxValue),
            (DpoRecipe r) => r.ValidationPairs, (r, v) => r with { ValidationPairs = v }, "Data"),
        Setting.Of("skip_bad", "pass over bad rows and count them", Flag, (DpoRecipe r) => r.SkipBad, (r, v) => r with { SkipBad = v }, "Data"),
        Setting.Of("template", "chat format; else as the model has it", ConversationFormat,
            (DpoRecipe r) => r.Template, (r, v) => r with { Template = v }, "Data"),
        .. PreferenceSettings.Settings.Within((DpoRecipe r) => r.Preference, (r, v) => r with { Preference = v }, "Preferences"),
        .. StageSettings.Within((DpoRecipe r) => r.Stage, (r, v) => r with { Stage = v }).Select(setting => setting.Key != "lr" ? setting
            : Setting.Of("lr", "peak learning rate (none: chosen from the model's size)", Number(0, 100).OrNone(),
                (DpoRecipe r) => r.LearningRate, (r, v) => r with { LearningRate = v }, setting.Group)),
    ];

    /// <summary>Every value, as it is written to <c>run.json</c>.</summary>
    public JsonObject ToJson() => Settings.ToJson(this);
}
