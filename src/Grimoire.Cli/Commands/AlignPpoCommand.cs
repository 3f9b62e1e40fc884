using Grimoire.Training.Recipes;
using Grimoire.Training.Runs;

namespace Grimoire.Cli.Commands;

/// <summary><c>grimoire align ppo MODEL</c>: learning from the rewards of its own answers.</summary>
internal static class AlignPpoCommand
{
    /// <summary>The verb.</summary>
    public static Verb Create() => StageVerb.Of(
        "ppo", "Learn from the rewards of its own answers.",
        "Proximal policy optimisation: in each round the model answers some prompts, a reward model or a built-in reward scores the answers, " +
        "a price is taken for leaving the reference, and the answers are gone through a few times in minibatches. " +
        "The reference is the model as it is before, or the one under the adapter.",
        PpoRecipe.Settings, new PpoRecipe(), recipe => new PpoStage(recipe),
        "grimoire align ppo runs/mine-finetune --prompts prompts.jsonl --reward model:runs/mine-reward",
        "grimoire align ppo runs/mine-finetune --prompts world/prompts.train.jsonl --reward world --adapter lora");
}
