
namespace Grimoire.Training.Runs;

/// <summary>With what a stage is told whether its model answers better, and what it forgets meanwhile.</summary>
public sealed record CheckSettings
{
    /// <summary>Prompts to be answered; null for the held-out part of the stage's own.</summary>
    public string? Prompts { get; init; }

    /// <summary>Plain text whose perplexity is measured; null for the world's own where the prompts are its exercises, else for none.</summary>
    public string? Text { get; init; }

    /// <summary>The most prompts answered each time; 0 for no such check.</summary>
    public int Count { get; init; } = 200;

    /// <summary>The most tokens of an answer.</summary>
    public int Tokens { get; init; } = 128;

    /// <summary>The settings by name.</summary>
    public static SettingList<CheckSettings> Settings { get; } =
    [
        Setting.Of("check_prompts", "prompts to answer at each validation (none: those held out)", SettingTypes.Text("a path").OrNone(),
            (CheckSettings s) => s.Prompts, (s, v) => s with { Prompts = v }),
        Setting.Of("check_text", "plain text whose perplexity tells what was forgotten (none: the world's, for its exercises)",
            SettingTypes.Text("a path").OrNone(), (CheckSettings s) => s.Text, (s, v) => s with { Text = v }),
        Setting.Of("check_count", "the most prompts answered at each validation (0: none)", SettingTypes.Count(0, 1 << 20),
            (CheckSettings s) => s.Count, (s, v) => s with { Count = v }),
        Setting.Of("check_tokens", "the most tokens of such an answer", SettingTypes.Count(1, 1 << 20),
            (CheckSettings s) => s.Tokens, (s, v) => s with { Tokens = v }),
    ];
}
