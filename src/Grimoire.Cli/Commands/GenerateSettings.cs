using Grimoire.Models;
using Grimoire.Training.Runs;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Cli.Commands;

/// <summary>How <c>grimoire generate</c> writes.</summary>
internal sealed record GenerateSettings
{
    private const int AnyLength = 1 << 24;

    public string Prompt { get; init; } = "";

    public IReadOnlyList<string> Ids { get; init; } = [];

    public int MaxTokens { get; init; } = 200;

    public int Count { get; init; } = 1;

    public double Temperature { get; init; } = 0.8;

    public int TopK { get; init; }

    public double TopP { get; init; } = 1;

    public double MinP { get; init; }

    public double RepetitionPenalty { get; init; } = 1;

    public IReadOnlyList<string> Stop { get; init; } = [];

    public long Seed { get; init; }

    public int Beams { get; init; }

    public bool LogProbabilities { get; init; }

    public bool Json { get; init; }

    public static SettingList<GenerateSettings> Settings { get; } =
    [
        Setting.Of("prompt", "the text to continue; - reads it from standard input", Text("a text"), (GenerateSettings s) => s.Prompt,
            (s, v) => s with { Prompt = v }, "Text"),
        Setting.Of("ids", "the prompt as token ids, for a model without a tokenizer; ids come out", Texts("ids"),
            (GenerateSettings s) => s.Ids, (s, v) => s with { Ids = v }, "Text"),
        Setting.Of("max_tokens", "the most tokens to write", Whole(1, AnyLength), (GenerateSettings s) => s.MaxTokens, (s, v) => s with { MaxTokens = v },
            "Text"),
        Setting.Of("stop", "end before this text; may be given several times", Texts("a text"), (GenerateSettings s) => s.Stop, (s, v) => s with { Stop = v },
            "Text"),
        Setting.Of("count", "how many texts; each has a seed of its own", Whole(1, 1 << 16), (GenerateSettings s) => s.Count, (s, v) => s with { Count = v },
            "Text"),
        Setting.Of("temperature", "0 takes the likeliest token, 1 the model's own odds", Number(0, 100),
            (GenerateSettings s) => s.Temperature, (s, v) => s with { Temperature = v }, "Choice of tokens"),
        Setting.Of("top_k", "only the likeliest so many (0: all)", Whole(0, AnyLength), (GenerateSettings s) => s.TopK, (s, v) => s with { TopK = v },
            "Choice of tokens"),
        Setting.Of("top_p", "only the likeliest that hold this share (1: all)", Number(0, 1), (GenerateSettings s) => s.TopP, (s, v) => s with { TopP = v },
            "Choice of tokens"),
        Setting.Of("min_p", "only those at least this share as likely as the likeliest (0: all)", Number(0, 1),
            (GenerateSettings s) => s.MinP, (s, v) => s with { MinP = v }, "Choice of tokens"),
        Setting.Of("repetition_penalty", "above 1 makes what was written less likely", Number(0.01, 100),
            (GenerateSettings s) => s.RepetitionPenalty, (s, v) => s with { RepetitionPenalty = v }, "Choice of tokens"),
        Setting.Of("seed", "the same seed writes the same text", Integer(0), (GenerateSettings s) => s.Seed, (s, v) => s with { Seed = v }, "Choice of tokens"),
        Setting.Of("beams", "search for the likeliest text with so many beams instead of drawing (0: draw)", Whole(0, 1024),
            (GenerateSettings s) => s.Beams, (s, v) => s with { Beams = v }, "Choice of tokens"),
        Setting.Of("logprobs", "show how likely each token was and how open the choice", Flag,
            (GenerateSettings s) => s.LogProbabilities, (s, v) => s with { LogProbabilities = v }, "Output"),
        Setting.Of("json", "one JSON object a text", Flag, (GenerateSettings s) => s.Json, (s, v) => s with { Json = v }, "Output"),
    ];

    /// <summary>The same for the library; text number <paramref name="index"/> draws with a seed of its own.</summary>
    public GenerationOptions Options(int index) => new()
    {
        MaxTokens = MaxTokens,
        StopStrings = Stop,
        Scores = LogProbabilities,
        Sampling = new SamplingOptions
        {
            Temperature = Temperature,
            TopK = TopK,
            TopP = TopP,
            MinP = MinP,
            RepetitionPenalty = RepetitionPenalty,
            Seed = (ulong)Seed + (ulong)index,
        },
    };

    // The record has a Count of its own.
    private static SettingType<int> Whole(int minimum, int maximum) => SettingTypes.Count(minimum, maximum);
}
