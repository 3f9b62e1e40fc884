using System.Text.Json.Nodes;
using Grimoire.Models;
using Grimoire.Training.Rollouts;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Recipes;

/// <summary>Aligning a model by GRPO: it gives several answers to each prompt, and those that earn more than the others become likelier.</summary>
/// <param name="recipe">What to do.</param>
public sealed class GrpoStage(GrpoRecipe recipe) : Stage
{
    /// <inheritdoc/>
    public override string Kind => "align grpo";

    /// <inheritdoc/>
    public override StageSettings Settings => recipe.Stage;

    /// <inheritdoc/>
    public override JsonObject ToJson() => recipe.ToJson();

    /// <inheritdoc/>
    public override void Check()
    {
        base.Check();
        RewardedPrompts.Check(recipe.Prompts, Settings);
    }

    /// <inheritdoc/>
    public override LanguageModel Dress(LanguageModel model) => RewardedPrompts.Dressed(model, recipe.Prompts);

    /// <inheritdoc/>
    public override StageParts Open(StageContext context)
    {
        GrpoSettings grpo = recipe.Grpo;
        RewardedPrompts data = RewardedPrompts.Open(recipe.Prompts, Settings.Checks, context);
        PromptGroups source = data.Groups(context, grpo.Group, grpo.Generation, grpo.AtOnce, Settings.Seed);
        return data.Parts(
            Settings, context, Objective(grpo, source, Settings, context), grpo.Prompts,
            new Fact("a round", $"{grpo.Group} answers to each of {grpo.Prompts} prompts, in {Times(grpo.Minibatches, "step")}, {Times(grpo.Epochs, "time")}"),
            new Fact("reference", grpo.Kl > 0 ? FormattableString.Invariant($"the model as it is before; a nat away from it costs {grpo.Kl}") : "none"));
    }

    /// <summary>GRPO of a stage's model on groups of its answers, with a reference where leaving it has a price.</summary>
    internal static GrpoObjective Objective(GrpoSettings grpo, GroupSource source, StageSettings settings, StageContext context)
    {
        ReferencePolicy? reference = grpo.Kl > 0 ? ReferencePolicy.Of(context.Trainee, context.BasePath) : null;
        return new GrpoObjective(context.Model.Transformer, reference, source, grpo, settings.Batch, (ulong)settings.Seed);
    }

    private static string Times(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";
}
