using System.Text.Json.Nodes;
using Grimoire.Training.Runs;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Evaluation.Tagging;

/// <summary>How a tagger is trained: on which words, from which model or from scratch.</summary>
public sealed record TagRecipe
{
    private static readonly string[] Left = ["sample_interval", "recompute", "save_activations", .. CheckSettings.Settings.Select(setting => setting.Key)];

    /// <summary>What all stages can be told; without a model a small tagger is trained from scratch. A sentence is a sequence here.</summary>
    public StageSettings Stage { get; init; } = new() { Epochs = null, Optimizer = new StageSettings().Optimizer with { Beta2 = 0.99 } };

    /// <summary>Files of tagged words.</summary>
    public IReadOnlyList<string> Data { get; init; } = [];

    /// <summary>Held-out files that pick the best checkpoint; none for a share of <see cref="Data"/>.</summary>
    public IReadOnlyList<string> Validation { get; init; } = [];

    /// <summary>The share of sentences held out where no files are.</summary>
    public double ValidationShare { get; init; } = 0.1;

    /// <summary>Which column holds the words; null for the usual.</summary>
    public string? WordColumn { get; init; }

    /// <summary>Which column holds the labels; null for the usual.</summary>
    public string? Column { get; init; }

    /// <summary>The scheme that labels of spans are learned in, whatever that of the files; null for that of the files.</summary>
    public string? Scheme { get; init; }

    /// <summary>Whether transitions between labels are learned: a conditional random field.</summary>
    public bool Crf { get; init; }

    /// <summary>Peak learning rate; null to have it chosen.</summary>
    public double? LearningRate { get; init; }

    /// <summary>Sentences a pass; null for 32 from scratch and 16 on a model.</summary>
    public int? Batch { get; init; }

    /// <summary>Share of activations dropped while training; null for 0.4 from scratch and 0 on a model.</summary>
    public double? Dropout { get; init; }

    /// <summary>How often a word must stand in the data to be known.</summary>
    public int LeastCount { get; init; } = 2;

    /// <summary>The sizes of a tagger from scratch.</summary>
    public WordTaggerSettings Sizes { get; init; } = new();

    /// <summary>The settings by name.</summary>
    public static SettingList<TagRecipe> Settings { get; } =
    [
        .. StageSettings.Within((TagRecipe r) => r.Stage, (r, v) => r with { Stage = v }).Where(setting => !Left.Contains(setting.Key)).Select(Replaced),
        Setting.Of("data", "tagged words: CoNLL or CoNLL-U files, perhaps .gz", Texts("paths"), (TagRecipe r) => r.Data, (r, v) => r with { Data = v }, "Data"),
        Setting.Of("dev", "held-out files that pick the best checkpoint (none: a share of the data)", Texts("paths"),
            (TagRecipe r) => r.Validation, (r, v) => r with { Validation = v }, "Data"),
        Setting.Of("dev_share", "share of the sentences held out where no files are", Number(0.001, 0.9),
            (TagRecipe r) => r.ValidationShare, (r, v) => r with { ValidationShare = v }, "Data"),
        Setting.Of("word_column", "column of the words (none: 1, in CoNLL-U form)", Text("a number, last or a name").OrNone(),
            (TagRecipe r) => r.WordColumn, (r, v) => r with { WordColumn = v }, "Data"),
        Setting.Of("column", "column of the labels (none: last, in CoNLL-U upos)", Text("a number, last or a name").OrNone(),
            (TagRecipe r) => r.Column, (r, v) => r with { Column = v }, "Data"),
        Setting.Of("scheme", "how spans are learned: iob1, iob2, ioe1, ioe2, iobes or bilou (none: as the data have them)", Text("a scheme").OrNone(),
            (TagRecipe r) => r.Scheme, (r, v) => r with { Scheme = v }, "Labels"),
        Setting.Of("crf", "learn transitions between labels too: a conditional random field", Flag,
            (TagRecipe r) => r.Crf, (r, v) => r with { Crf = v }, "Labels"),
        Setting.Of("word_channels", "numbers of a word's embedding", Count(1, 4096),
            (TagRecipe r) => r.Sizes.WordChannels, (r, v) => r with { Sizes = r.Sizes with { WordChannels = v } }, "From scratch"),
        Setting.Of("character_channels", "numbers of a character's embedding", Count(1, 4096),
            (TagRecipe r) => r.Sizes.CharacterChannels, (r, v) => r with { Sizes = r.Sizes with { CharacterChannels = v } }, "From scratch"),
        Setting.Of("spelling_channels", "what reads characters, in each direction", Count(1, 4096),
            (TagRecipe r) => r.Sizes.SpellingChannels, (r, v) => r with { Sizes = r.Sizes with { SpellingChannels = v } }, "From scratch"),
        Setting.Of("channels", "what reads sentences, in each direction", Count(1, 4096),
            (TagRecipe r) => r.Sizes.Channels, (r, v) => r with { Sizes = r.Sizes with { Channels = v } }, "From scratch"),
        Setting.Of("layers", "layers that read sentences", Count(1, 16),
            (TagRecipe r) => r.Sizes.Layers, (r, v) => r with { Sizes = r.Sizes with { Layers = v } }, "From scratch"),
        Setting.Of("least_count", "how often a word must stand in the data to be known", Count(1, 1 << 20),
            (TagRecipe r) => r.LeastCount, (r, v) => r with { LeastCount = v }, "From scratch"),
    ];

    /// <summary>Where to find words and labels.</summary>
    public TagColumns Columns => new(Word: WordColumn, Label: Column);

    /// <summary>Every value, as it is written to <c>run.json</c>.</summary>
    public JsonObject ToJson() => Settings.ToJson(this);

    /// <summary>What depends on whether there is a model is open where nobody says.</summary>
    private static Setting<TagRecipe> Replaced(Setting<TagRecipe> setting) => setting.Key switch
    {
        "lr" => Setting.Of("lr", "peak learning rate (none: 6e-3 from scratch, else chosen from the model's size)", Number(0, 100).OrNone(),
            (TagRecipe r) => r.LearningRate, (r, v) => r with { LearningRate = v }, setting.Group),
        "batch" => Setting.Of("batch", "sentences a pass (none: 32 from scratch, 16 on a model)", Count(1, 1 << 20).OrNone(),
            (TagRecipe r) => r.Batch, (r, v) => r with { Batch = v }, setting.Group),
        "dropout" => Setting.Of("dropout", "share of activations dropped while training (none: 0.4 from scratch, 0 on a model)", Number(0, 0.9).OrNone(),
            (TagRecipe r) => r.Dropout, (r, v) => r with { Dropout = v }, setting.Group),
        "epochs" => Setting.Of("epochs", "rounds over the data, where neither steps nor minutes are given (none: 8 from scratch, 3 on a model)",
            Number(1e-6, 1e6).OrNone(), (TagRecipe r) => r.Stage.Epochs, (r, v) => r with { Stage = r.Stage with { Epochs = v } }, setting.Group),
        _ => setting,
    };
}
