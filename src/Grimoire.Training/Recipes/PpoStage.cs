using System.Globalization;
using System.Text.Json.Nodes;
using Grimoire.Models;
using Grimoire.Models.Chat;
using Grimoire.Training.Data;
using Grimoire.Training.Rewards;
using Grimoire.Training.Rollouts;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Recipes;

/// <summary>Aligning a model by PPO: it answers prompts, a reward says how good the answers are, and better ones become likelier.</summary>
/// <param name="recipe">What to do.</param>
public sealed class PpoStage(PpoRecipe recipe) : Stage
{
    /// <inheritdoc/>
    public override string Kind => "align ppo";

    /// <inheritdoc/>
    public override StageSettings Settings => recipe.Stage;

    /// <inheritdoc/>
    public override JsonObject ToJson() => recipe.ToJson();

    /// <inheritdoc/>
    public override void Check()
    {
        base.Check();
        recipe.Ppo.Check();
        if (recipe.Prompts.Count == 0)
            throw new GrimoireException("No prompts are given; name files with a column prompt (--prompts FILE).");
        if (recipe.Reward.Length == 0)
            throw new GrimoireException("No reward is given; name a reward model (--reward model:PATH) or one that is built in (--reward world).");
    }

    /// <inheritdoc/>
    public override LanguageModel Dress(LanguageModel model) => Dressed(model, recipe);

    /// <inheritdoc/>
    public override IReadOnlyList<Head> MakeHeads(LanguageModel model) => [ValueHead(model)];

    /// <inheritdoc/>
    public override StageParts Open(StageContext context)
    {
        Reward? gold = recipe.Gold is { } names ? RewardNames.Parse(names) : null;
        return Open(recipe, context, RewardNames.Parse(recipe.Reward), gold);
    }

    /// <summary>The model in the chat format that it answers in.</summary>
    internal static LanguageModel Dressed(LanguageModel model, PpoRecipe recipe) => model with { ChatTemplate = ChatFormat.Of(model, recipe.Template) };

    /// <summary>A newborn head that foretells nothing yet.</summary>
    internal static Head ValueHead(LanguageModel model) => new(PpoObjective.ValueHead, outputs: 1, model.Config.Channels, bias: true);

    /// <summary>Reads prompts and puts the objective together for rewards that are at hand.</summary>
    internal static StageParts Open(PpoRecipe recipe, StageContext context, Reward reward, Reward? gold)
    {
        var encoder = new ExampleEncoder(context.Model.Tokenizer, context.Model.ChatTemplate, context.Model.Config.Context);
        ExampleFiles files = ExampleFiles.Read(recipe.Prompts, ExampleKinds.Prompt, recipe.SkipBad);
        PromptExample[] prompts = [.. files.Examples.Cast<PromptExample>()];
        var sampler = new RolloutSampler(context.Model, encoder, context.Kernels);
        ReferencePolicy reference = ReferencePolicy.Of(context.Trainee, context.BasePath);
        var objective = new PpoObjective(
            context.Trainee, reference, prompts, sampler, reward, recipe.Ppo, recipe.Stage.Batch, (ulong)recipe.Stage.Seed, gold);
        return new StageParts
        {
            DataKey = files.Key,
            Objective = objective,
            StepsPerEpoch = (double)prompts.Length / recipe.Ppo.Answers * objective.Round,
            Facts =
            [
                new Fact("prompts", prompts.Length.ToString("N0", CultureInfo.InvariantCulture)), new Fact("bad rows passed over", $"{files.Skipped}"),
                new Fact("reward", reward.Name), .. gold is null ? (Fact[])[] : [new Fact("gold reward, measured only", gold.Name)],
                new Fact("answers a round", $"{recipe.Ppo.Answers}, {recipe.Ppo.Epochs} times in {recipe.Ppo.Minibatches} minibatches"),
                new Fact("KL penalty", FormattableString.Invariant($"{recipe.Ppo.Kl}{(recipe.Ppo.KlTarget is { } target ? $", moved towards {target} nats an answer" : "")}")),
            ],
        };
    }
}
