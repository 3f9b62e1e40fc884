using System.Text.Json.Nodes;
using Grimoire.Models;
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

    // A step learns from few answers of its own, and clips: it may go further than one on preferences.
    private const double PreferenceRates = 3;

    /// <inheritdoc/>
    public override string Kind => "align ppo";

    /// <inheritdoc/>
    public override StageSettings Settings { get; } = SettingsOf(recipe);

    /// <inheritdoc/>
    public override JsonObject ToJson() => recipe.ToJson();

    /// <inheritdoc/>
    public override void Check()
    {
        base.Check();
        RewardedPrompts.Check(recipe.Prompts, Settings);
        recipe.Ppo.Check();
    }

    /// <inheritdoc/>
    public override LanguageModel Dress(LanguageModel model) => RewardedPrompts.Dressed(model, recipe.Prompts);

    /// <inheritdoc/>
    public override IReadOnlyList<Head> MakeHeads(LanguageModel model) => [ValueHead(model)];

    /// <inheritdoc/>
    public override StageParts Open(StageContext context) => Open(recipe, context);

    /// <summary>The stage's settings with the learning rate that is asked for, or that fits the model's size.</summary>
    internal static StageSettings SettingsOf(PpoRecipe recipe) => recipe.Stage with
    {
        Optimizer = recipe.Stage.Optimizer with
        {
            LearningRate = recipe.LearningRate ?? FinetuneRate.TwoDigits(PreferenceRates * PreferenceRate.For(recipe.Stage)),
        },
    };

    /// <summary>A newborn head that foretells nothing yet.</summary>
    internal static Head ValueHead(LanguageModel model) => new(PpoObjective.ValueHead, outputs: 1, model.Config.Channels, bias: true);

    /// <summary>Reads prompts and puts the objective together.</summary>
    internal static StageParts Open(PpoRecipe recipe, StageContext context)
    {
        context.Progress?.Report("reading prompts");
        RewardedPrompts prompts = RewardedPrompts.Open(recipe.Prompts, recipe.Stage.Checks, context);
        Reward? gold = recipe.Gold is { } names ? RewardNames.Parse(names, context.Kernels) : null;
        ReferencePolicy reference = ReferencePolicy.Of(context.Trainee, context.BasePath);
        var sampler = new RolloutSampler(context.Model, prompts.Encoder, context.Kernels);
        var objective = new PpoObjective(
            context.Trainee, reference, prompts.Learned, sampler, prompts.Reward, recipe.Ppo, recipe.Stage.Batch, (ulong)recipe.Stage.Seed, gold);
        // Where a reward is known to be the one that is meant, it also judges the held-out answers.
        AnswerValidation? answers = AnswerChecks.For(recipe.Stage, context, prompts.Encoder, prompts.HeldOut, gold ?? prompts.Reward);
        return new StageParts
        {
            DataKey = gold is null ? prompts.Key : $"{prompts.Key} {gold.Key}",
            Objective = objective,
            StepsPerEpoch = (double)prompts.Learned.Length / recipe.Ppo.Answers * objective.Round,
            Validation = answers is null ? null : new RewardedValidation(answers, MakeDrift(recipe, context, reference, prompts.Encoder, answers)),
            Sample = AnswerChecks.Samples(answers),
            Facts = Facts(recipe, prompts, gold),
        };
    }

    private static Drift MakeDrift(PpoRecipe recipe, StageContext context, ReferencePolicy reference, ExampleEncoder encoder, AnswerValidation answers)
    {
        LanguageModel model = context.Model;
        GenerationOptions options = recipe.Ppo.Generation with { StopTokens = [.. model.Tokenizer.StopIds.Union(model.Defaults.StopTokens)] };
        return new Drift(model.Transformer, reference, [.. answers.Prompts.Take(Drawn).Select(encoder.EncodePrompt)], options, context.Kernels);
    }

    private static IReadOnlyList<Fact> Facts(PpoRecipe recipe, RewardedPrompts prompts, Reward? gold)
    {
        PpoSettings ppo = recipe.Ppo;
        string towards = ppo.KlTarget is { } target ? FormattableString.Invariant($", moved towards {target} nats an answer") : "";
        return
        [
            .. prompts.Facts, .. gold is null ? (Fact[])[] : [new Fact("gold reward", $"{gold.Name}, only measured")],
            new Fact("a round", $"{ppo.Answers} answers, gone through {ppo.Epochs} times in {ppo.Minibatches} minibatches"),
            new Fact("reference", FormattableString.Invariant($"the model as it is before; a nat away from it costs {ppo.Kl}{towards}")),
            PreferenceRate.Fact(recipe.LearningRate, SettingsOf(recipe)),
        ];
    }
}
