using System.Text.Json.Nodes;
using Grimoire.Models;
using Grimoire.Training.Answers;
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
            throw new GrimoireException("The recipe contradicts itself: of a single answer to each prompt none is better than another; draw more (--answers) or say what one must earn (--least).");
    }

    /// <inheritdoc/>
    public override LanguageModel Dress(LanguageModel model) => RewardedPrompts.Dressed(model, recipe.Prompts);

    /// <inheritdoc/>
    public override StageParts Open(StageContext context)
    {
        DistillSettings distill = recipe.Distill;
        RewardedPrompts data = RewardedPrompts.Open(recipe.Prompts, Settings.Checks, context);
        var sampler = new RolloutSampler(context.Model, data.Encoder, context.Kernels, distill.AtOnce);
        var source = new PromptGroups(data.Learned, sampler, data.Reward, distill.Answers, distill.Generation, (ulong)Settings.Seed);
        var objective = new DistillObjective(context.Model.Transformer, source, distill, Settings.Batch, (ulong)Settings.Seed);
        AnswerValidation? checks = data.Checks(Settings, context);
        return new StageParts
        {
            DataKey = data.Key,
            Objective = objective,
            StepsPerEpoch = (double)data.Learned.Length / distill.Prompts * objective.Round,
            Validation = checks,
            Sample = AnswerChecks.Samples(checks),
            Facts = [.. data.Facts, new Fact("a round", $"{distill.Answers} answers to each of {distill.Prompts} prompts, {(distill.Keep == KeptAnswers.Best ? "the best of each" : "all good ones")} learned in {objective.Round} steps")],
        };
    }
}
