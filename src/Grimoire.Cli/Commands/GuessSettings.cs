using System.Globalization;
using Grimoire.Models;
using Grimoire.Training.Runs;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Cli.Commands;

/// <summary>How tokens are guessed ahead, the same in every verb that writes: faster, and the text is as it would be.</summary>
internal sealed record GuessSettings
{
    private const int Most = 64;

    public int Lookup { get; init; }

    public string? Draft { get; init; }

    public int DraftTokens { get; init; } = 3;

    public bool Any => Lookup > 0 || Draft is not null;

    public static SettingList<GuessSettings> Settings { get; } =
    [
        Setting.Of("lookup", "guess up to so many tokens ahead by what followed the same words before; for texts that repeat their prompt (0: none)",
            Count(0, Most), (GuessSettings s) => s.Lookup, (s, v) => s with { Lookup = v }),
        Setting.Of("draft", "a smaller model of the same vocabulary that guesses ahead", Text("a model").OrNone(),
            (GuessSettings s) => s.Draft, (s, v) => s with { Draft = v }),
        Setting.Of("draft_tokens", "how many tokens it guesses at once", Count(1, Most),
            (GuessSettings s) => s.DraftTokens, (s, v) => s with { DraftTokens = v })
            .IdleWhere(s => s.Draft is null, "without --draft"),
    ];

    /// <summary>The options with these guesses.</summary>
    public GenerationOptions On(GenerationOptions options) => options with { Lookup = Lookup, DraftTokens = DraftTokens };

    /// <summary>The model that guesses, or null.</summary>
    /// <exception cref="GrimoireException">It cannot be opened.</exception>
    public LanguageModel? Open(Opening opening) => Draft is null ? null : opening.Language(ModelPath.Find(Draft));

    /// <summary>How well the guessing went, in words.</summary>
    public static string Words(long guesses, long right)
    {
        string share = guesses == 0 ? "" : $" ({Numbers.Percent((double)right / guesses)})";
        return string.Create(CultureInfo.InvariantCulture, $"{guesses} tokens were guessed ahead, {right} of them right{share}");
    }
}
