using Grimoire.Models;
using Grimoire.Training.Runs;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Cli.Commands;

/// <summary>How tokens are chosen, the same in every verb that writes. What is not given is as the model's makers say.</summary>
internal sealed record SamplingSettings
{
    private const double UsualTemperature = 0.8;
    private const int AnyCount = 1 << 24;

    public double? Temperature { get; init; }

    public int? TopK { get; init; }

    public double? TopP { get; init; }

    public double? MinP { get; init; }

    public double? RepetitionPenalty { get; init; }

    public long Seed { get; init; }

    public static SettingList<SamplingSettings> Settings { get; } =
    [
        Setting.Of("temperature", "0 takes the likeliest token, 1 the model's own odds; else as the model says, else 0.8", Number(0, 100).OrNone(),
            (SamplingSettings s) => s.Temperature, (s, v) => s with { Temperature = v }),
        Setting.Of("top_k", "only the likeliest so many (0: all)", Count(0, AnyCount).OrNone(), (SamplingSettings s) => s.TopK, (s, v) => s with { TopK = v }),
        Setting.Of("top_p", "only the likeliest that hold this share (1: all)", Number(0, 1).OrNone(),
            (SamplingSettings s) => s.TopP, (s, v) => s with { TopP = v }),
        Setting.Of("min_p", "only those at least this share as likely as the likeliest (0: all)", Number(0, 1).OrNone(),
            (SamplingSettings s) => s.MinP, (s, v) => s with { MinP = v }),
        Setting.Of("repetition_penalty", "above 1 makes what was written less likely", Number(0.01, 100).OrNone(),
            (SamplingSettings s) => s.RepetitionPenalty, (s, v) => s with { RepetitionPenalty = v }),
        Setting.Of("seed", "the same seed writes the same text", Integer(0), (SamplingSettings s) => s.Seed, (s, v) => s with { Seed = v }),
    ];

    /// <summary>The same for the library.</summary>
    /// <param name="makers">What a model's makers say, for what was not given.</param>
    public SamplingOptions Options(GenerationDefaults makers)
    {
        SamplingOptions usual = makers.Over(new SamplingOptions { Temperature = UsualTemperature });
        return usual with
        {
            Temperature = Temperature ?? usual.Temperature,
            TopK = TopK ?? usual.TopK,
            TopP = TopP ?? usual.TopP,
            MinP = MinP ?? usual.MinP,
            RepetitionPenalty = RepetitionPenalty ?? usual.RepetitionPenalty,
            Seed = (ulong)Seed,
        };
    }

    /// <summary>What comes from the model's makers, in words; empty where nothing does.</summary>
    public string FromMakers(GenerationDefaults makers) => (makers with
    {
        Temperature = Temperature is null ? makers.Temperature : null,
        TopK = TopK is null ? makers.TopK : null,
        TopP = TopP is null ? makers.TopP : null,
        MinP = MinP is null ? makers.MinP : null,
        RepetitionPenalty = RepetitionPenalty is null ? makers.RepetitionPenalty : null,
    }).Words is { Length: > 0 } words ? $"The model's makers say: {words}." : "";
}
