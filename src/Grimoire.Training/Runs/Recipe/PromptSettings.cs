using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Training.Runs;

/// <summary>What a model is asked that learns from its own answers, and what answers earn.</summary>
public sealed record PromptSettings
{
    /// <summary>Files with prompts.</summary>
    public IReadOnlyList<string> Paths { get; init; } = [];

    /// <summary>What answers earn, as <see cref="Rewards.RewardNames"/> reads it.</summary>
    public string Reward { get; init; } = "";

    /// <summary>The chat format; null for the model's own, or the one that fits its vocabulary.</summary>
    public string? Template { get; init; }

    /// <summary>Whether bad rows are passed over.</summary>
    public bool SkipBad { get; init; }

    /// <summary>The settings by name.</summary>
    public static SettingList<PromptSettings> Settings { get; } =
    [
        Setting.Of("prompts", "files with prompts (column prompt or messages, and what the reward needs)", Texts("paths"),
            (PromptSettings s) => s.Paths, (s, v) => s with { Paths = v }),
        Setting.Of("reward",
            "what answers earn: exact, number, format=REGEX, length=TOKENS, sum-steps, world, model:PATH, perhaps with weights as in number,0.2*sum-steps",
            Text("rewards"), (PromptSettings s) => s.Reward, (s, v) => s with { Reward = v }),
        Setting.Of("template", "chat format; else as the model has it", ConversationFormat,
            (PromptSettings s) => s.Template, (s, v) => s with { Template = v }),
        Setting.Of("skip_bad", "pass over bad rows", Flag, (PromptSettings s) => s.SkipBad, (s, v) => s with { SkipBad = v }),
    ];

    /// <summary>Refuses settings with which nothing can be asked.</summary>
    /// <exception cref="GrimoireException">There are no prompts, or nothing that says how good answers are.</exception>
    public void Check()
    {
        if (Paths.Count == 0)
            throw new GrimoireException("No prompts are given; name files with a column prompt (--prompts FILE).");
        if (Reward.Length == 0)
            throw new GrimoireException("No reward is given; say what answers earn, such as --reward exact, --reward number or --reward model:PATH.");
    }
}
