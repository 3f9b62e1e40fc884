using Grimoire.Training.Recipes;
using Grimoire.Training.Runs;

namespace Grimoire.Cli.Commands;

/// <summary><c>grimoire align distill MODEL</c>: fine-tuning on the best of its own answers.</summary>
internal static class AlignDistillCommand
{
    /// <summary>The verb.</summary>
    public static Verb Create() => StageVerb.Of(
        "distill", "Fine-tune on the best of its own answers.",
        "Best-of-n distillation, rejection sampling, expert iteration: in each round the model answers some prompts several times; " +
        "the best answer to each, or all good ones, are fine-tuned on, and the next round draws from what has come of it.",
        DistillRecipe.Settings, new DistillRecipe(), recipe => new DistillStage(recipe),
        "grimoire align distill runs/mine-finetune --prompts world/sums.train.jsonl --reward number --minutes 4",
        "grimoire align distill model --prompts prompts.jsonl --reward model:runs/mine-reward --answers 16 --kept best");
}
