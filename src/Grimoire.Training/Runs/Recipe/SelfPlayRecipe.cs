using System.Text.Json.Nodes;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Training.Runs;

/// <summary>Everything that decides how a model plays riddles with itself.</summary>
public sealed record SelfPlayRecipe
{
    // The price of leaving the start, and what is asked of a user's own prompts, mean nothing in this game.
    private static readonly string[] Unused = ["equal_groups", "at_once"];

    /// <summary>The model and how it is trained; <c>batch</c> is the riddles and guesses of a pass.</summary>
    public StageSettings Stage { get; init; } = new()
    {
        Batch = 64,
        Optimizer = new() { LearningRate = 1e-4, Schedule = ScheduleKind.Linear, MinimumLearningRate = 0, Beta2 = 0.99, WeightDecay = 0 },
        Log = new() { Interval = 1, SampleInterval = 0 },
    };

    /// <summary>The world whose residents are asked for; the model must have been raised in it.</summary>
    public long World { get; init; } = 1;

    /// <summary>Sentences of a riddle.</summary>
    public int Sentences { get; init; } = 2;

    /// <summary>How it learns: the prompts of a round are residents.</summary>
    public GrpoSettings Grpo { get; init; } = new() { Prompts = 12, Group = 8, MaxTokens = 32, Scale = AdvantageScale.None };

    /// <summary>Every setting of the recipe, group by group.</summary>
    public static SettingList<SelfPlayRecipe> Settings { get; } =
    [
        Setting.Of("world", "the seed of the world in which the model was raised", Integer(0),
            (SelfPlayRecipe r) => r.World, (r, v) => r with { World = v }, "Game"),
        Setting.Of("sentences", "sentences of a riddle", Count(1, 8), (SelfPlayRecipe r) => r.Sentences, (r, v) => r with { Sentences = v }, "Game"),
        .. StageSettings.Within((SelfPlayRecipe r) => r.Stage, (r, v) => r with { Stage = v }),
        .. GrpoSettings.Settings.Where(setting => !Unused.Contains(setting.Key))
            .Select(setting => setting.Within((SelfPlayRecipe r) => r.Grpo, (r, v) => r with { Grpo = v }, "GRPO")),
    ];

    /// <summary>Every value, as it is written to <c>run.json</c>.</summary>
    public JsonObject ToJson() => Settings.ToJson(this);
}
