using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Training.Runs;

/// <summary>What a run writes down, and how often.</summary>
public sealed record LogSettings
{
    /// <summary>Steps between rows of metrics.</summary>
    public int Interval { get; init; } = 10;

    /// <summary>Steps between validations.</summary>
    public int EvaluationInterval { get; init; } = 250;

    /// <summary>Batches a validation; null for the whole validation text.</summary>
    public int? EvaluationBatches { get; init; } = 50;

    /// <summary>Steps between samples; 0 for none.</summary>
    public int SampleInterval { get; init; } = 250;

    /// <summary>What the model is given to go on from; empty texts begin from nothing.</summary>
    public IReadOnlyList<string> Prompts { get; init; } = [""];

    /// <summary>Tokens of a sample.</summary>
    public int SampleTokens { get; init; } = 200;

    /// <summary>Temperature of samples; 0 takes the likeliest token.</summary>
    public double Temperature { get; init; } = 0.8;

    /// <summary>Steps between checkpoints; 0 for none but the first and last.</summary>
    public int CheckpointInterval { get; init; } = 250;

    /// <summary>Checkpoints kept beside the best one.</summary>
    public int Keep { get; init; } = 2;

    /// <summary>The settings by name.</summary>
    public static SettingList<LogSettings> Settings { get; } =
    [
        Setting.Of("log_interval", "steps between rows of metrics", Count(1, int.MaxValue), (LogSettings s) => s.Interval, (s, v) => s with { Interval = v }),
        Setting.Of("eval_interval", "steps between validations", Count(1, int.MaxValue),
            (LogSettings s) => s.EvaluationInterval, (s, v) => s with { EvaluationInterval = v }),
        Setting.Of("eval_batches", "batches a validation (none: the whole validation text)", Count(1, int.MaxValue).OrNone(),
            (LogSettings s) => s.EvaluationBatches, (s, v) => s with { EvaluationBatches = v }),
        Setting.Of("sample_interval", "steps between samples (0: none)", Count(0, int.MaxValue),
            (LogSettings s) => s.SampleInterval, (s, v) => s with { SampleInterval = v }),
        Setting.Of("prompts", "what samples begin with", Texts("texts"), (LogSettings s) => s.Prompts, (s, v) => s with { Prompts = v }),
        Setting.Of("sample_tokens", "tokens of a sample", Count(1, 1 << 20), (LogSettings s) => s.SampleTokens, (s, v) => s with { SampleTokens = v }),
        Setting.Of("temperature", "temperature of samples (0: the likeliest token)", Number(0, 10),
            (LogSettings s) => s.Temperature, (s, v) => s with { Temperature = v }),
        Setting.Of("checkpoint_interval", "steps between checkpoints (0: the first and the last)", Count(0, int.MaxValue),
            (LogSettings s) => s.CheckpointInterval, (s, v) => s with { CheckpointInterval = v }),
        Setting.Of("keep", "checkpoints kept beside the best", Count(1, int.MaxValue), (LogSettings s) => s.Keep, (s, v) => s with { Keep = v }),
    ];
}
