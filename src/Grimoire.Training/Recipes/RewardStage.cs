using System.Globalization;
using System.Text.Json.Nodes;
using Grimoire.Models;
using Grimoire.Models.Chat;
using Grimoire.Training.Data;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Recipes;

/// <summary>Raises a reward model: from a language model under a new head, or from a reward model under its own.</summary>
public sealed class RewardStage : Stage
{
    // Rates of reward models in the literature are about half of those of fine-tuning: 1e-5 at seven billion.
    private const double ShareOfFinetuning = 0.5;

    private const int TokensShown = 64;

    private readonly RewardRecipe recipe;

    /// <summary>A stage of a recipe.</summary>
    /// <param name="recipe">How.</param>
    public RewardStage(RewardRecipe recipe)
    {
        this.recipe = recipe;
        double rate = recipe.LearningRate ?? FinetuneRate.TwoDigits(ShareOfFinetuning * FinetuneRate.For(recipe.Stage));
        Settings = recipe.Stage with { Optimizer = recipe.Stage.Optimizer with { LearningRate = rate } };
    }

    /// <inheritdoc/>
    public override string Kind => "reward";

    /// <inheritdoc/>
    public override StageSettings Settings { get; }

    /// <inheritdoc/>
    public override JsonObject ToJson() => recipe.ToJson();

    /// <inheritdoc/>
    public override void Check()
    {
        base.Check();
        if (recipe.Data.Count == 0)
            throw new GrimoireException("No preferences are given to learn from; name files with columns prompt, chosen and rejected with --data.");
    }

    /// <inheritdoc/>
    public override LanguageModel Dress(LanguageModel model)
    {
        // Nobody reads logits off a reward model, so an unembedding of its own learns nothing and is left out of the finished model.
        if (model.Transformer.Unembedding is { } unembedding && unembedding != model.Transformer.TokenEmbedding)
            unembedding.RequiresGrad = false;
        return model with { ChatTemplate = ChatFormat.Of(model, recipe.Template) };
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Head> MakeHeads(LanguageModel model) =>
        [RewardModel.Exists(Settings.Model) ? RewardModel.Load(Settings.Model, trainable: true).Score
            : new Head(RewardModel.HeadName, 1, model.Config.Channels)];

    /// <inheritdoc/>
    public override void Save(Learner learner, string folder)
    {
        var trainee = (Trainee)learner;
        var reward = new RewardModel(trainee.Model, trainee.Heads[0]);
        if (trainee.Adapter is { } adapter)
            reward.SaveAdapter(folder, adapter);
        else
            reward.Save(folder);
    }

    /// <inheritdoc/>
    public override (string Purpose, IReadOnlyList<string> Command) Next(string run) =>
        ("Score answers with it", ["reward", "score", run, "--data", recipe.Data[0]]);

    /// <inheritdoc/>
    public override StageParts Open(StageContext context)
    {
        context.Progress?.Report("reading preferences");
        LanguageModel model = context.Model;
        var reward = new RewardModel(model, context.Trainee.Heads[0]);
        var encoder = new ExampleEncoder(model.Tokenizer, model.ChatTemplate, model.Config.Context);
        RewardData data = RewardData.Read(recipe.Data, recipe.Validation, recipe.ValidationShare, recipe.SkipBad, encoder);
        RewardPair[] heldOut = [.. data.Validation.Take(recipe.ValidationPairs)];
        LengthBaseline byLength = LengthBaseline.Fit(data.Train);
        var validation = new RewardValidation(reward, heldOut, byLength);
        return new StageParts
        {
            DataKey = data.Key,
            Objective = new RewardObjective(reward, data.Train, (ulong)Settings.Seed, Settings.Batch, Settings.Accumulate, recipe.Centering),
            StepsPerEpoch = (double)data.Train.Count / (Settings.Batch * Settings.Accumulate),
            Validation = validation,
            Facts = [.. Facts(data, heldOut), PreferenceRate.Fact(recipe.LearningRate, Settings)],
            Examples = [Marked("preferred", data.Train[0].Chosen, encoder), Marked("not preferred", data.Train[0].Rejected, encoder)],
            KnownLoss = RewardModel.Exists(Settings.Model) || data.Train.Any(pair => pair.Margin != 0) ? null : KnownLoss.LnTwo,
            Report = report => RewardReport.Add(report, validation.Last ?? validation.Reliability(new(context.Kernels)), byLength, heldOut),
        };
    }

    /// <summary>The reward is read at the marked token, the last; of a long conversation only the end is shown.</summary>
    private static MarkedText Marked(string name, int[] ids, ExampleEncoder encoder)
    {
        ids = ids[^Math.Min(ids.Length, TokensShown)..];
        var marked = new bool[ids.Length];
        marked[^1] = true;
        return MarkedText.Of(name, encoder.Tokenizer, ids, marked) with { Meaning = "where the reward is read is" };
    }

    private static IReadOnlyList<Fact> Facts(RewardData data, RewardPair[] heldOut)
    {
        List<Fact> facts =
        [
            new("pairs to learn from", data.Train.Count.ToString("N0", CultureInfo.InvariantCulture)),
            new("held-out pairs", heldOut.Length.ToString("N0", CultureInfo.InvariantCulture)),
            new("tokens of an answer", string.Create(
                CultureInfo.InvariantCulture,
                $"{data.Train.Average(p => p.ChosenLength):F0} preferred, {data.Train.Average(p => p.RejectedLength):F0} not, on average")),
            new("longer is better", string.Create(CultureInfo.InvariantCulture, $"in {LengthBaseline.LongerIsBetter(heldOut):P1} of the held-out pairs")),
        ];
        if (data.Skipped > 0)
            facts.Add(new Fact("passed over", $"{data.Skipped} rows; the first: {data.Faults[0]}"));
        return facts;
    }
}
