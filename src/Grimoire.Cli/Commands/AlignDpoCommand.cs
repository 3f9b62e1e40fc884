using Grimoire.Training.Recipes;
using Grimoire.Training.Runs;

namespace Grimoire.Cli.Commands;

/// <summary><c>grimoire align dpo MODEL</c>: learning from pairs of a better and a worse answer.</summary>
internal static class AlignDpoCommand
{
    /// <summary>The verb.</summary>
    public static Verb Create() => StageVerb.Of(
        "dpo", "Learn from pairs of a better and a worse answer.",
        "Direct preference optimisation and its kin: sigmoid (DPO, with label_smoothing cDPO), ipo, hinge (SLiC), robust, simpo, orpo, and kto for single " +
        "answers that are called good or bad. The reference is the model as it is before, or the one under the adapter.",
        DpoRecipe.Settings, new DpoRecipe(), recipe => new DpoStage(recipe),
        "grimoire align dpo runs/mine-finetune --data preferences.jsonl",
        "grimoire align dpo model --data labelled.jsonl --loss kto --adapter lora");
}
