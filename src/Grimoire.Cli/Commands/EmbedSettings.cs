using Grimoire.Models;
using Grimoire.Training.Runs;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Cli.Commands;

/// <summary>How <c>grimoire embed</c> writes vectors.</summary>
internal enum VectorFormat
{
    Jsonl,
    Csv,
}

/// <summary>What <c>grimoire embed</c> is asked for.</summary>
internal sealed record EmbedSettings
{
    public string? File { get; init; }

    public Pooling? Pooling { get; init; }

    public int MaxTokens { get; init; }

    public bool Similarity { get; init; }

    public VectorFormat Format { get; init; }

    public static SettingList<EmbedSettings> Settings { get; } =
    [
        Setting.Of("file", "texts from a file, one a line; - reads standard input", Text("a path").OrNone(),
            (EmbedSettings s) => s.File, (s, v) => s with { File = v }, "Texts"),
        Setting.Of("max_tokens", "the most tokens of a text to read (0: as the model says)", Count(0, 1 << 24),
            (EmbedSettings s) => s.MaxTokens, (s, v) => s with { MaxTokens = v }, "Texts"),
        Setting.Of("pooling", "what stands for a text: its tokens' mean, its first or last token; else as the model's files say",
            Choice(("mean", Models.Pooling.Mean), ("cls", Models.Pooling.First), ("last", Models.Pooling.Last)).OrNone(),
            (EmbedSettings s) => s.Pooling, (s, v) => s with { Pooling = v }, "Vectors"),
        Setting.Of("similarity", "a table of cosines instead of the vectors", Flag,
            (EmbedSettings s) => s.Similarity, (s, v) => s with { Similarity = v }, "Output"),
        Setting.Of("format", "jsonl has a text and its vector a line, csv a column a number", Choice<VectorFormat>(),
            (EmbedSettings s) => s.Format, (s, v) => s with { Format = v }, "Output"),
    ];
}
