using Grimoire.Training.Data;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Training.Runs;

/// <summary>How sequences are drawn from the training data.</summary>
public enum Sampling
{
    /// <summary>Windows at random places (<see cref="WindowSampler"/>).</summary>
    Windows,

    /// <summary>Every token once an epoch (<see cref="BlockSampler"/>).</summary>
    Blocks,

    /// <summary>Whole documents (<see cref="DocumentSampler"/>).</summary>
    Documents,
}

/// <summary>What a model is trained on.</summary>
public sealed record DataSettings
{
    /// <summary>Text files, folders or patterns.</summary>
    public IReadOnlyList<string> Paths { get; init; } = [];

    /// <summary>What a document is in a text file.</summary>
    public DocumentUnit Documents { get; init; }

    /// <summary>Validation text of its own, or null to hold out a fraction.</summary>
    public string? Validation { get; init; }

    /// <summary>Share held out for validation.</summary>
    public double ValidationFraction { get; init; } = 0.1;

    /// <summary>How sequences are drawn.</summary>
    public Sampling Sampling { get; init; }

    /// <summary>The settings by name.</summary>
    public static SettingList<DataSettings> Settings { get; } =
    [
        Setting.Of("data", "text to train on: .txt or .jsonl files, folders or patterns", Texts("paths of files or folders"),
            (DataSettings s) => s.Paths, (s, v) => s with { Paths = v }),
        Setting.Of("documents", "what a document is in a text file", Choice<DocumentUnit>(),
            (DataSettings s) => s.Documents, (s, v) => s with { Documents = v }),
        Setting.Of("validation", "validation text of its own", Text("a path").OrNone(), (DataSettings s) => s.Validation, (s, v) => s with { Validation = v }),
        Setting.Of("validation_fraction", "share of the text held out otherwise", Number(0, 0.9),
            (DataSettings s) => s.ValidationFraction, (s, v) => s with { ValidationFraction = v }),
        Setting.Of("sampling", "how sequences are drawn: random windows, shuffled blocks or whole documents", Choice<Sampling>(),
            (DataSettings s) => s.Sampling, (s, v) => s with { Sampling = v }),
    ];
}
