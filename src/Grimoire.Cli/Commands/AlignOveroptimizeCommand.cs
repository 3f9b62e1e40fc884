using Grimoire.Training.Recipes;
using Grimoire.Training.Runs;

namespace Grimoire.Cli.Commands;

/// <summary><c>grimoire align overoptimize MODEL</c>: what becomes of the meant reward when a learned one is raised too far.</summary>
internal static class AlignOveroptimizeCommand
{
    /// <summary>The verb.</summary>
    public static Verb Create() => StageVerb.Of(
        "overoptimize", "Show what becomes of the meant reward when a learned one is raised too far.",
        "Preferences between the model's own answers, some of them stated the wrong way round, teach a proxy reward. " +
        "PPO at a low price and the best of n raise the proxy; the report shows it and the gold reward against the distance from the start.",
        OveroptimizeRecipe.Settings, new OveroptimizeRecipe(), recipe => new OveroptimizeStage(recipe),
        "grimoire align overoptimize runs/mine-finetune --prompts world/prompts.train.jsonl --gold world");
}
