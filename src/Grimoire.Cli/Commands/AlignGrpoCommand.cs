using Grimoire.Training.Recipes;
using Grimoire.Training.Runs;

namespace Grimoire.Cli.Commands;

/// <summary><c>grimoire align grpo MODEL</c>: learning from which of several answers to a prompt earn more.</summary>
internal static class AlignGrpoCommand
{
    /// <summary>The verb.</summary>
    public static Verb Create() => StageVerb.Of(
        "grpo", "Learn from which of several answers to a prompt earn more.",
        "Group-relative policy optimisation: in each round the model gives a group of answers to each of some prompts; rewards that a program can verify, " +
        "or a reward model, score them; answers better than their group become likelier, worse ones less likely. No value head is needed and, " +
        "at a price of 0 for leaving it, no reference either. --scale none makes it Dr. GRPO, --equal-groups resample the dynamic sampling of DAPO.",
        GrpoRecipe.Settings, new GrpoRecipe(), recipe => new GrpoStage(recipe),
        "grimoire align grpo runs/mine-finetune --prompts world/sums.train.jsonl --reward number,0.2*sum-steps --minutes 4",
        "grimoire align grpo model --prompts gsm8k.jsonl --reward number,0.1*length=200 --group 16 --adapter lora");
}
