using System.Globalization;
using System.Text.Json.Nodes;
using Grimoire.Models;
using Grimoire.Models.Chat;
using Grimoire.Training.Answers;
using Grimoire.Training.Data;
using Grimoire.Training.Rewards;
using Grimoire.Training.Rollouts;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Recipes;

/// <summary>Aligning a model by PPO: it answers prompts, a reward says how good the answers are, and better ones become likelier.</summary>
/// <param name="recipe">What to do.</param>
public sealed class PpoStage(PpoRecipe recipe) : Stage
{
    // Held-out answers whose KL from the reference is measured.
    private const int Drawn = 64;

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
        Reward? gold = recipe.Gold is { } names ? RewardNames.Parse(names, context.Kernels) : null;
        return Open(recipe, context, RewardNames.Parse(recipe.Reward, context.Kernels), gold);
    }

    /// <summary>The model in the chat format that it answers in.</summary>
    internal static LanguageModel Dressed(LanguageModel model, PpoRecipe recipe) => model with { ChatTemplate = ChatFormat.Of(model, recipe.Template) };

    /// <summary>A newborn head that foretells nothing yet.</summary>
    internal static Head ValueHead(LanguageModel model) => new(PpoObjective.ValueHead, outputs: 1, model.Config.Channels, bias: true);

    /// <summary>Reads prompts and puts the objective together for rewards that are at hand.</summary>
    internal static StageParts Open(PpoRecipe recipe, StageContext context, Reward reward, Reward? gold)
    {
        context.Progress?.Report("reading prompts");
        var encoder = new ExampleEncoder(context.Model.Tokenizer, context.Model.ChatTemplate, context.Model.Config.Context);
        DividedPrompts data = DividedPrompts.Read(recipe, encoder);
        ReferencePolicy reference = ReferencePolicy.Of(context.Trainee, context.BasePath);
        var sampler = new RolloutSampler(context.Model, encoder, context.Kernels);
        var objective = new PpoObjective(
            context.Trainee, reference, data.Train, sampler, reward, recipe.Ppo, recipe.Stage.Batch, (ulong)recipe.Stage.Seed, gold);
        // Where a reward is known to be the one that is meant, it also judges the held-out answers.
        AnswerValidation? answers = AnswerChecks.For(recipe.Stage, context, encoder, data.HeldOut, gold ?? reward);
        return new StageParts
        {
            DataKey = data.Key,
            Objective = objective,
            StepsPerEpoch = (double)data.Train.Count / recipe.Ppo.Answers * objective.Round,
            Validation = answers is null ? null : new RewardedValidation(answers, MakeDrift(recipe, context, reference, encoder, answers)),
            Sample = AnswerChecks.Samples(answers),
            Facts = Facts(recipe, data, reward, gold),
        };
    }

    private static Drift MakeDrift(PpoRecipe recipe, StageContext context, ReferencePolicy reference, ExampleEncoder encoder, AnswerValidation answers)
    {
        LanguageModel model = context.Model;
        GenerationOptions options = recipe.Ppo.Generation with { StopTokens = [.. model.Tokenizer.StopIds.Union(model.Defaults.StopTokens)] };
        return new Drift(model.Transformer, reference, [.. answers.Prompts.Take(Drawn).Select(encoder.EncodePrompt)], options, context.Kernels);
    }

    private static IReadOnlyList<Fact> Facts(PpoRecipe recipe, DividedPrompts data, Reward reward, Reward? gold)
    {
        PpoSettings ppo = recipe.Ppo;
        string towards = ppo.KlTarget is { } target ? FormattableString.Invariant($", moved towards {target} nats an answer") : "";
        return
        [
            new Fact("prompts", data.Train.Count.ToString("N0", CultureInfo.InvariantCulture)),
            .. data.HeldOut.Count == 0 ? (Fact[])[] : [new Fact("prompts held out", data.HeldOut.Count.ToString("N0", CultureInfo.InvariantCulture))],
            .. data.Skipped == 0 ? (Fact[])[] : [new Fact("passed over", $"{data.Skipped} rows; the first: {data.Faults[0]}")],
            new Fact("reward", reward.Name),
            .. gold is null ? (Fact[])[] : [new Fact("gold reward", $"{gold.Name}, only measured")],
            new Fact("a round", $"{ppo.Answers} answers, gone through {ppo.Epochs} times in {ppo.Minibatches} minibatches"),
            new Fact("price of KL", FormattableString.Invariant($"{ppo.Kl} a nat{towards}")),
        ];
    }
}
