using System.Text.Json.Nodes;
using Grimoire.Models;
using Grimoire.Training.Rollouts;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Recipes;

/// <summary>Aligning a model by fine-tuning it on the best of its own answers, round after round.</summary>
/// <param name="recipe">What to do.</param>
public sealed class DistillStage(DistillRecipe recipe) : Stage
{
    /// <inheritdoc/>
    public override string Kind => "align distill";

    /// <inheritdoc/>
    public override StageSettings Settings => recipe.Stage;

    /// <inheritdoc/>
    public override JsonObject ToJson() => recipe.ToJson();

    /// <inheritdoc/>
    public override void Check()
    {
        base.Check();
        RewardedPrompts.Check(recipe.Prompts, Settings);
        if (recipe.Distill is { Answers: 1, Least: null })
        {
            throw new GrimoireException(
                "The recipe contradicts itself: of a single answer to each prompt none is better than another; " +
                "draw more (--answers) or say what one must earn (--least).");
        }
    }

    /// <inheritdoc/>
    public override LanguageModel Dress(LanguageModel model) => RewardedPrompts.Dressed(model, recipe.Prompts);

    /// <inheritdoc/>
    public override StageParts Open(StageContext context)
    {
        DistillSettings distill = recipe.Distill;
        RewardedPrompts data = RewardedPrompts.Open(recipe.Prompts, Settings.Checks, context);
        PromptGroups source = data.Groups(context, distill.Answers, distill.Generation, distill.AtOnce, Settings.Seed);
        var objective = new DistillObjective(context.Model.Transformer, source, distill, Settings.Batch, (ulong)Settings.Seed);
        string kept = distill.Keep == KeptAnswers.Best ? "the best of each" : "all good ones";
        return data.Parts(
            Settings, context, objective, distill.Prompts,
            new Fact("a round", $"{distill.Answers} answers to each of {distill.Prompts} prompts, {kept} learned in {objective.Round} steps"));
    }
}
