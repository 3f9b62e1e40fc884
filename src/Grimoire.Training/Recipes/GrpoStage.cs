using System.Text.Json.Nodes;
using Grimoire.Models;
using Grimoire.Training.Answers;
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
        ReferencePolicy? reference = grpo.Kl > 0 ? ReferencePolicy.Of(context.Trainee, context.BasePath) : null;
        var sampler = new RolloutSampler(context.Model, data.Encoder, context.Kernels, grpo.AtOnce);
        var source = new PromptGroups(data.Learned, sampler, data.Reward, grpo.Group, grpo.Generation, (ulong)Settings.Seed);
        var objective = new GrpoObjective(context.Model.Transformer, reference, source, grpo, Settings.Batch, (ulong)Settings.Seed);
        AnswerValidation? checks = data.Checks(Settings, context);
        return new StageParts
        {
            DataKey = data.Key,
            Objective = objective,
            StepsPerEpoch = (double)data.Learned.Length / grpo.Prompts * objective.Round,
            Validation = checks,
            Sample = AnswerChecks.Samples(checks),
            Facts =
            [
                .. data.Facts,
                new Fact("a round", $"{grpo.Group} answers to each of {grpo.Prompts} prompts, in {grpo.Minibatches} step{(grpo.Minibatches == 1 ? "" : "s")}, {grpo.Epochs} time{(grpo.Epochs == 1 ? "" : "s")}"),
                new Fact("reference", grpo.Kl > 0 ? FormattableString.Invariant($"the model as it is before; a nat away from it costs {grpo.Kl}") : "none"),
            ],
        };
    }
}
