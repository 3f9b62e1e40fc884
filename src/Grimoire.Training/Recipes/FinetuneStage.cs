using System.Globalization;
using System.Text.Json.Nodes;
using Grimoire.Models;
using Grimoire.Models.Chat;
using Grimoire.Training.Answers;
using Grimoire.Training.Data;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Recipes;

/// <summary>
/// Supervised fine-tuning: a model learns to continue prompts as the examples do. Loss on answers only, and on the token that ends them.
/// </summary>
public sealed class FinetuneStage : Stage
{
    private readonly FinetuneRecipe recipe;
    private readonly string rate;

    /// <summary>The stage of a recipe; a learning rate that is not given is chosen here.</summary>
    /// <exception cref="GrimoireException">There is no model to choose a learning rate for.</exception>
    public FinetuneStage(FinetuneRecipe recipe)
    {
        this.recipe = recipe;
        double chosen = recipe.LearningRate ?? FinetuneRate.For(recipe.Stage);
        Settings = recipe.Stage with { Optimizer = recipe.Stage.Optimizer with { LearningRate = chosen } };
        rate = chosen.ToString(CultureInfo.InvariantCulture) + (recipe.LearningRate is null ? ", chosen from the model's size (--lr)" : "");
    }

    /// <inheritdoc/>
    public override string Kind => "finetune";

    /// <inheritdoc/>
    public override StageSettings Settings { get; }

    private FinetuneData Data => field ??= FinetuneData.Read(recipe);

    /// <inheritdoc/>
    public override JsonObject ToJson() => recipe.ToJson();

    /// <inheritdoc/>
    public override void Check()
    {
        base.Check();
        if (recipe.Data.Count == 0)
            throw new GrimoireException(
                "No examples are given to learn from; name files with columns prompt and completion, or messages, or text, with --data.");
        if (recipe.Template is not (null or ChatFormat.None))
            _ = ChatFormat.Find(recipe.Template);
    }

    /// <inheritdoc/>
    public override LanguageModel Dress(LanguageModel model) => Data.IsText ? model : model with { ChatTemplate = ChatFormat.Of(model, recipe.Template) };

    /// <inheritdoc/>
    public override (string Purpose, IReadOnlyList<string> Command) Next(string run) =>
        Data.IsText || recipe.Template == ChatFormat.None ? ("Let it write", ["generate", run]) : base.Next(run);

    /// <inheritdoc/>
    public override StageParts Open(StageContext context)
    {
        context.Progress?.Report("reading examples");
        LanguageModel model = context.Model;
        int length = Math.Min(recipe.Context ?? int.MaxValue, model.Config.Context), tokens = recipe.BatchTokens ?? int.MaxValue;
        var encoder = new ExampleEncoder(model.Tokenizer, model.ChatTemplate, length);
        EncodedExamples train = EncodedExamples.Of(encoder, Data.Train, recipe.TooLong, recipe.SkipBad);
        EncodedExamples? heldOut = Data.HeldOut.Length == 0 ? null : EncodedExamples.Of(encoder, Data.HeldOut, recipe.TooLong, recipe.SkipBad);
        ExampleValidation? loss = heldOut is null ? null : new(model.Transformer, heldOut.All, Settings.Batch, tokens);
        AnswerValidation? answers = AnswerChecks.For(Settings, context, encoder, Data.HeldOut, first: loss);
        return new StageParts
        {
            DataKey = Data.Key,
            Objective = new LanguageModelingObjective(
                model.Transformer, new ExampleSampler(train.All, (ulong)Settings.Seed), Settings.Batch, Settings.Accumulate, tokens: tokens),
            StepsPerEpoch = Math.Max((double)train.All.Count / Settings.Batch, (double)train.Tokens / tokens) / Settings.Accumulate,
            Validation = answers ?? (Validation?)loss,
            Sample = AnswerChecks.Samples(answers),
            Facts =
            [
                .. Data.Facts(train, heldOut, length),
                new Fact("chat format", Data.IsText ? "none: plain text" : ChatFormat.NameOf(model.ChatTemplate)), new Fact("learning rate", rate),
            ],
            Examples = [MarkedText.Of("an example", model.Tokenizer, train.All[0].Ids, train.All[0].Trained)],
            // Tokens that the model has never met, such as the end of a turn, may cost it more than a guess would.
            KnownLoss = KnownLoss.BelowUniform(model.Config.Vocabulary) with { Above = 1 },
        };
    }
}
