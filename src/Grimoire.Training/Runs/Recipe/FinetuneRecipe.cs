using System.Text.Json.Nodes;
using Grimoire.Training.Data;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Training.Runs;

/// <summary>How a model is fine-tuned: on which examples, of what lengths, in what chat format.</summary>
public sealed record FinetuneRecipe
{
    /// <summary>What all stages can be told.</summary>
    public StageSettings Stage { get; init; } = new() { Epochs = 3 };

    /// <summary>Files of examples: <c>text</c>; <c>prompt</c>, <c>completion</c>; <c>messages</c>; and what goes by other names for the same.</summary>
    public IReadOnlyList<string> Data { get; init; } = [];

    /// <summary>Files of held-out examples; none to hold out a share of <see cref="Data"/>.</summary>
    public IReadOnlyList<string> Validation { get; init; } = [];

    /// <summary>The share of examples held out.</summary>
    public double ValidationShare { get; init; } = 0.05;

    /// <summary>The most held-out examples whose loss is measured.</summary>
    public int ValidationExamples { get; init; } = 500;

    /// <summary>What the files call a column, as in <c>completion=reply</c>.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>Whether bad rows are counted and passed over.</summary>
    public bool SkipBad { get; init; }

    /// <summary>How conversations are written: a name, a file or <c>none</c>; null for the model's own way.</summary>
    public string? Template { get; init; }

    /// <summary>The longest sequence; null for the model's context.</summary>
    public int? Context { get; init; }

    /// <summary>What becomes of longer examples.</summary>
    public LongExamples TooLong { get; init; }

    /// <summary>Tokens a pass at most; null to go by <see cref="StageSettings.Batch"/> alone.</summary>
    public int? BatchTokens { get; init; }

    /// <summary>Peak learning rate; null to have it chosen from the model's size.</summary>
    public double? LearningRate { get; init; }

    /// <summary>The settings by name.</summary>
    public static SettingList<FinetuneRecipe> Settings { get; } =
    [
        .. Examples,
        .. StageSettings.Within((FinetuneRecipe r) => r.Stage, (r, v) => r with { Stage = v }).Select(setting => setting.Key != "lr" ? setting
            : Setting.Of("lr", "peak learning rate (none: chosen from the model's size)", Number(0, 100).OrNone(),
                (FinetuneRecipe r) => r.LearningRate, (r, v) => r with { LearningRate = v }, setting.Group)),
    ];

    private static SettingList<FinetuneRecipe> Examples =>
    [
        Setting.Of("data", "examples (.jsonl, .jsonl.gz, .json): text; prompt, completion; messages; instruction, input, output; or question, answer",
            Texts("paths"), (FinetuneRecipe r) => r.Data, (r, v) => r with { Data = v }, "Data"),
        Setting.Of("val_data", "held-out examples (none: a share of the data)", Texts("paths"),
            (FinetuneRecipe r) => r.Validation, (r, v) => r with { Validation = v }, "Data"),
        Setting.Of("val_share", "share of the examples held out", Number(0, 0.9),
            (FinetuneRecipe r) => r.ValidationShare, (r, v) => r with { ValidationShare = v }, "Data"),
        Setting.Of("val_examples", "the most held-out examples to measure", Count(1, int.MaxValue),
            (FinetuneRecipe r) => r.ValidationExamples, (r, v) => r with { ValidationExamples = v }, "Data"),
        Setting.Of("columns", "columns by the names that the files give them, as in completion=reply", Texts("name=name"),
            (FinetuneRecipe r) => r.Columns, (r, v) => r with { Columns = v }, "Data"),
        Setting.Of("skip_bad", "pass over bad rows and count them", Flag, (FinetuneRecipe r) => r.SkipBad, (r, v) => r with { SkipBad = v }, "Data"),
        Setting.Of("template", "chat format: a name, a file or none; else as the model has it, else chatml or plain", ConversationFormat,
            (FinetuneRecipe r) => r.Template, (r, v) => r with { Template = v }, "Data"),
        Setting.Of("context", "the longest sequence (none: the model's context)", Count(8, 1 << 24).OrNone(),
            (FinetuneRecipe r) => r.Context, (r, v) => r with { Context = v }, "Data"),
        Setting.Of("too_long", "what becomes of longer examples: cut the begin of the prompt, or drop", Choice<LongExamples>(),
            (FinetuneRecipe r) => r.TooLong, (r, v) => r with { TooLong = v }, "Data"),
        Setting.Of("batch_tokens", "tokens a pass at most (none: as many as its sequences have)", Count(1, int.MaxValue).OrNone(),
            (FinetuneRecipe r) => r.BatchTokens, (r, v) => r with { BatchTokens = v }, "Training"),
    ];

    /// <summary>Every value, as it is written to <c>run.json</c>.</summary>
    public JsonObject ToJson() => Settings.ToJson(this);
}
