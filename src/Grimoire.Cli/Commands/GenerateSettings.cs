using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Runs;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Cli.Commands;

/// <summary>How <c>grimoire generate</c> writes.</summary>
internal sealed record GenerateSettings
{
    private const int AnyLength = 1 << 24;

    public string Prompt { get; init; } = "";

    public IReadOnlyList<string> Ids { get; init; } = [];

    public IReadOnlyList<string> Adapters { get; init; } = [];

    public int MaxTokens { get; init; } = 200;

    public int Count { get; init; } = 1;

    public SamplingSettings Sampling { get; init; } = new();

    public IReadOnlyList<string> Stop { get; init; } = [];

    public int Beams { get; init; }

    public GuessSettings Guessing { get; init; } = new();

    public DType CacheType { get; init; } = DType.F32;

    public bool LogProbabilities { get; init; }

    public bool Json { get; init; }

    public static SettingList<GenerateSettings> Settings { get; } =
    [
        OfText(Setting.Of("prompt", "the text to continue; - reads it from standard input", Text("a text"), (GenerateSettings s) => s.Prompt,
            (s, v) => s with { Prompt = v }, "Text")),
        Setting.Of("ids", "the prompt as token ids, for a model without a tokenizer; ids come out", Texts("ids"),
            (GenerateSettings s) => s.Ids, (s, v) => s with { Ids = v }, "Text"),
        Setting.Of("adapter", "an adapter's folder, or folder=strength; may be given several times", Texts("folders"),
            (GenerateSettings s) => s.Adapters, (s, v) => s with { Adapters = v }, "Text"),
        Setting.Of("max_tokens", "the most tokens to write", Whole(1, AnyLength),
            (GenerateSettings s) => s.MaxTokens, (s, v) => s with { MaxTokens = v }, "Text"),
        OfText(Drawn(Setting.Of("stop", "end before this text; may be given several times", Texts("a text"), (GenerateSettings s) => s.Stop,
            (s, v) => s with { Stop = v }, "Text"))),
        Setting.Of("count", "how many texts; each has a seed of its own", Whole(1, 1 << 16),
            (GenerateSettings s) => s.Count, (s, v) => s with { Count = v }, "Text")
            .IdleWhere(s => s.Beams > 0 && s.Count > s.Beams, "above the number of --beams"),
        .. SamplingSettings.Settings.Within((GenerateSettings s) => s.Sampling, (s, v) => s with { Sampling = v }, "Choice of tokens").Select(Drawn),
        OfText(Setting.Of("beams", "search for the likeliest text with so many beams instead of drawing (0: draw)", Whole(0, 1024),
            (GenerateSettings s) => s.Beams, (s, v) => s with { Beams = v }, "Choice of tokens")),
        .. GuessSettings.Settings.Within((GenerateSettings s) => s.Guessing, (s, v) => s with { Guessing = v }, "Guessing ahead").Select(Drawn),
        CacheSetting.Of((GenerateSettings s) => s.CacheType, (s, v) => s with { CacheType = v }),
        OfText(Drawn(Setting.Of("logprobs", "show how likely each token was and how open the choice", Flag,
            (GenerateSettings s) => s.LogProbabilities, (s, v) => s with { LogProbabilities = v }, "Output"))),
        OfText(Setting.Of("json", "one JSON object a text", Flag, (GenerateSettings s) => s.Json, (s, v) => s with { Json = v }, "Output")),
    ];

    /// <summary>The same for the library; text number <paramref name="index"/> draws with a seed of its own.</summary>
    public GenerationOptions Options(int index, GenerationDefaults makers)
    {
        SamplingOptions sampling = Sampling.Options(makers);
        return Guessing.On(new GenerationOptions
        {
            MaxTokens = MaxTokens,
            StopStrings = Stop,
            StopTokens = makers.StopTokens,
            Scores = LogProbabilities,
            CacheType = CacheType,
            Sampling = sampling with { Seed = sampling.Seed + (ulong)index },
        });
    }

    /// <summary>A setting of what is drawn, not searched for.</summary>
    private static Setting<GenerateSettings> Drawn(Setting<GenerateSettings> setting) => setting.IdleWhere(s => s.Beams > 0, "with --beams");

    /// <summary>A setting that needs text: ids in, ids out is all that --ids does.</summary>
    private static Setting<GenerateSettings> OfText(Setting<GenerateSettings> setting) => setting.IdleWhere(s => s.Ids.Count > 0, "with --ids");

    // The record has a Count of its own.
    private static SettingType<int> Whole(int minimum, int maximum) => SettingTypes.Count(minimum, maximum);
}
