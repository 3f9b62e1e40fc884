using System.Text.Json.Nodes;
using Grimoire.Models;
using Grimoire.Models.Chat;
using Grimoire.Tensors;
using Grimoire.Training.Answers;
using Grimoire.Training.Data;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Recipes;

/// <summary>Aligning a model with preferences: DPO, IPO, SLiC, SimPO, ORPO and KTO.</summary>
public sealed class DpoStage : Stage
{
    // Answers whose KL from the reference is measured.
    private const int Drawn = 64;

    private readonly DpoRecipe recipe;

    /// <summary>The stage of a recipe; a learning rate that is not given is chosen here.</summary>
    /// <exception cref="GrimoireException">There is no model to choose a learning rate for.</exception>
    public DpoStage(DpoRecipe recipe)
    {
        this.recipe = recipe;
        double rate = recipe.LearningRate ?? PreferenceRate.For(recipe.Stage);
        Settings = recipe.Stage with { Optimizer = recipe.Stage.Optimizer with { LearningRate = rate } };
    }

    /// <inheritdoc/>
    public override string Kind => "align dpo";

    /// <inheritdoc/>
    public override StageSettings Settings { get; }

    private PreferenceSettings Loss => recipe.Preference;

    private bool TakesSingleAnswers => Loss.Loss == PreferenceLoss.Kto;

    /// <inheritdoc/>
    public override JsonObject ToJson() => recipe.ToJson();

    /// <inheritdoc/>
    public override void Check()
    {
        base.Check();
        if (recipe.Data.Count == 0)
            throw new GrimoireException("No preferences are given to learn from; name files with columns prompt, chosen and rejected with --data.");
        if (TakesSingleAnswers && recipe.Stage.Batch < 2)
        {
            throw new GrimoireException(
                "The recipe contradicts itself: kto also reads prompts with the answers of others in the batch, which is 1; make --batch 2 or more.");
        }

        Loss.Check();
    }

    /// <inheritdoc/>
    public override LanguageModel Dress(LanguageModel model) => model with { ChatTemplate = ChatFormat.Of(model, recipe.Template) };

    /// <inheritdoc/>
    public override StageParts Open(StageContext context)
    {
        context.Progress?.Report("reading preferences");
        LanguageModel model = context.Model;
        var encoder = new ExampleEncoder(model.Tokenizer, model.ChatTemplate, model.Config.Context);
        ExampleKinds kinds = TakesSingleAnswers ? ExampleKinds.Preference | ExampleKinds.Labelled : ExampleKinds.Preference;
        PreferenceData data = PreferenceData.Read(recipe.Data, recipe.Validation, recipe.ValidationShare, kinds, recipe.SkipBad, encoder);
        PreferenceRow[] heldOut = [.. data.HeldOut.Take(recipe.ValidationPairs)];
        ReferencePolicy reference = ReferencePolicy.Of(context.Trainee, context.BasePath);
        Validation? preferences = heldOut.Length == 0 ? null
            : new PreferenceValidation(HeldOut(context, reference, heldOut), MakeDrift(context, reference, heldOut));
        AnswerValidation? answers = AnswerChecks.For(Settings, context, encoder, [.. heldOut.Select(row => row.Source)], first: preferences);
        return new StageParts
        {
            DataKey = data.Key,
            Objective = MakeObjective(context.Trainee, reference, data.Train, Settings.Batch, Settings.Accumulate),
            StepsPerEpoch = (double)Count(data.Train) / (Settings.Batch * Settings.Accumulate),
            Validation = answers is { Reward: not null } ? new BestByReward(answers) : answers ?? preferences,
            Sample = AnswerChecks.Samples(answers),
            Facts = [.. PreferenceFacts.Of(data, Loss, context.Trainee), PreferenceRate.Fact(recipe.LearningRate, Settings)],
            Examples = [.. data.Train[0].Answers.Zip((string[])["preferred", "not preferred"],
                (a, name) => MarkedText.Of(name, model.Tokenizer, a.Ids, a.Trained))],
            KnownLoss = Loss.FirstLoss,
        };
    }

    private int Count(IReadOnlyList<PreferenceRow> rows) => TakesSingleAnswers ? rows.Sum(row => row.Answers.Count) : rows.Count;

    private Objective MakeObjective(Trainee trainee, ReferencePolicy reference, IReadOnlyList<PreferenceRow> rows, int batch, int accumulate)
    {
        ulong seed = (ulong)Settings.Seed;
        return TakesSingleAnswers
            ? new KtoObjective(trainee.Model.Transformer, reference, [.. rows.SelectMany(Labelled)], Loss, batch, accumulate, seed)
            : new DpoObjective(trainee.Model.Transformer, reference, [.. rows.Select(row => (row.Answers[0], row.Answers[1]))], Loss, batch, accumulate, seed);
    }

    /// <summary>The objective of the held-out rows, all of them in its first step, but for a last part of a batch.</summary>
    private Objective HeldOut(StageContext context, ReferencePolicy reference, PreferenceRow[] rows)
    {
        int count = Count(rows), batch = Math.Min(Settings.Batch, count);
        return MakeObjective(context.Trainee, reference, rows, Math.Max(batch, TakesSingleAnswers ? 2 : 1), Math.Max(1, count / batch));
    }

    private Drift MakeDrift(StageContext context, ReferencePolicy reference, PreferenceRow[] heldOut)
    {
        LanguageModel model = context.Model;
        int[][] prompts = [.. heldOut.Select(row => row.Prompt).Take(Drawn)];
        var options = new GenerationOptions { MaxTokens = Settings.Checks.Tokens, StopTokens = [.. model.Tokenizer.StopIds.Union(model.Defaults.StopTokens)] };
        return new Drift(model.Transformer, reference, prompts, options, context.Kernels);
    }

    /// <summary>A pair is a good answer and a bad one.</summary>
    private static IEnumerable<(EncodedExample, bool)> Labelled(PreferenceRow row) =>
        row.Source is LabelledExample labelled ? [(row.Answers[0], labelled.Label)] : [(row.Answers[0], true), (row.Answers[1], false)];

    /// <summary>
    /// Where a reward is known it picks the best checkpoint: the loss of preferences goes on falling while the answers get worse (Rafailov et al. 2024,
    /// arXiv:2406.02900).
    /// </summary>
    private sealed class BestByReward(AnswerValidation answers) : Validation
    {
        public override ValidationResult Measure(Workspace workspace)
        {
            ValidationResult result = answers.Measure(workspace);
            return result with { Loss = -result[Metric.Reward]!.Value };
        }
    }
}
