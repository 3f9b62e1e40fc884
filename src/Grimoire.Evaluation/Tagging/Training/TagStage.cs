using System.Globalization;
using System.Text.Json.Nodes;
using Grimoire.Models;
using Grimoire.Training;
using Grimoire.Training.Recipes;
using Grimoire.Training.Runs;

namespace Grimoire.Evaluation.Tagging;

/// <summary>Trains a tagger: a small one from scratch, or a head on a model, of which all is trained or an adapter.</summary>
public sealed class TagStage : Stage
{
    private const double RateFromScratch = 6e-3, DropoutFromScratch = 0.4;
    private const int BatchFromScratch = 32, BatchOnModel = 16, EpochsFromScratch = 8, EpochsOnModel = 3, WordsShown = 24;

    private readonly TagRecipe recipe;

    /// <summary>A stage of a recipe.</summary>
    /// <exception cref="GrimoireException">There is no model to choose a learning rate for.</exception>
    public TagStage(TagRecipe recipe)
    {
        this.recipe = recipe;
        StageSettings stage = recipe.Stage;
        double rate = recipe.LearningRate ?? (IsNewborn ? RateFromScratch : FinetuneRate.For(stage));
        Settings = stage with
        {
            Optimizer = stage.Optimizer with { LearningRate = rate },
            Batch = recipe.Batch ?? (IsNewborn ? BatchFromScratch : BatchOnModel),
            Dropout = recipe.Dropout ?? (IsNewborn ? DropoutFromScratch : 0),
            Epochs = stage is { Epochs: null, Steps: null, Minutes: null } ? IsNewborn ? EpochsFromScratch : EpochsOnModel : stage.Epochs,
        };
    }

    /// <inheritdoc/>
    public override string Kind => "tag train";

    /// <inheritdoc/>
    public override StageSettings Settings { get; }

    private bool IsNewborn => recipe.Stage.Model.Length == 0;

    private TagData Data => field ??= TagData.Read(recipe);

    /// <inheritdoc/>
    public override JsonObject ToJson() => recipe.ToJson();

    /// <inheritdoc/>
    public override void Check()
    {
        (IsNewborn ? Settings with { Model = "newborn" } : Settings).Check();
        if (recipe.Data.Count == 0)
            throw new GrimoireException("No tagged words are given to learn from; name CoNLL or CoNLL-U files with --data.");
        if (IsNewborn && Settings.Adapter.Kind != AdapterChoice.None)
            throw new GrimoireException("An adapter is trained beside a model, and none is given; name one, or leave --adapter out.");
        if (Settings.Adapter.Kind is AdapterChoice.Prompt or AdapterChoice.Prefix)
        {
            throw new GrimoireException(
                "A tagger becomes one model in the end, and tokens before every text cannot be merged into it; choose --adapter lora, dora or ia3.");
        }

        if (recipe.Scheme is { } scheme)
            _ = LabelScheme.Named(scheme);
    }

    /// <inheritdoc/>
    public override Learner MakeLearner()
    {
        if (IsNewborn)
        {
            var vocabulary = WordVocabulary.Of(Data.Train, recipe.LeastCount);
            return new TagLearner(new WordTagger(recipe.Sizes, vocabulary, Data.Tags, recipe.Crf, WordTagger.Newborn((ulong)Settings.Seed)));
        }

        bool whole = Settings.Adapter.Kind == AdapterChoice.None;
        LanguageModel model = LanguageModel.Load(Settings.Model, trainable: whole);
        // Nobody reads logits off a tagger, so an unembedding of its own learns nothing.
        if (model.Transformer.Unembedding is { } unembedding && unembedding != model.Transformer.TokenEmbedding)
            unembedding.RequiresGrad = false;
        Settings.Adapter.Make(model.Transformer, (ulong)Settings.Seed);
        return new TagLearner(TransformerTagger.Newborn(model, Data.Tags, recipe.Crf));
    }

    /// <inheritdoc/>
    public override void Save(Learner learner, string folder) => ((TagLearner)learner).Tagger.Save(folder);

    /// <inheritdoc/>
    public override (string Purpose, IReadOnlyList<string> Command) Next(string run) => ("Label a text with it", ["tag", "run", run, "text.txt"]);

    /// <inheritdoc/>
    public override StageParts Open(StageContext context)
    {
        context.Progress?.Report("reading tagged words");
        Tagger tagger = ((TagLearner)context.Learner).Tagger;
        var objective = new TagObjective(tagger, Data.Train, (ulong)Settings.Seed, Settings.Batch, Settings.Accumulate);
        var validation = new TagValidation(tagger, Data.Validation);
        return new StageParts
        {
            DataKey = Data.Key,
            Objective = objective,
            StepsPerEpoch = (double)objective.PassesPerEpoch / Settings.Accumulate,
            Validation = validation,
            Facts = [.. Facts(tagger)],
            Examples = [Example(Data.Train[0])],
            KnownLoss = new KnownLoss($"ln {tagger.Tags.Count}", Math.Log(tagger.Tags.Count), 1e-3, 1e-3),
            Report = report => report with { Results = [.. report.Results, .. TagTables.Of(validation.Last ?? validation.Score(new(context.Kernels)))] },
        };
    }

    private IEnumerable<Fact> Facts(Tagger tagger)
    {
        yield return new("sentences to learn from", $"{Number(Data.Train.Count)}, {Number(Data.Train.Sum(sentence => (long)sentence.Words.Count))} words");
        yield return new("held-out sentences", $"{Number(Data.Validation.Count)}, {Number(Data.Validation.Sum(sentence => (long)sentence.Words.Count))} words");
        yield return new("labels",
            $"{tagger.Tags.Count}{(tagger.Tags.Scheme is { } to ? $" of {to}{(to == Data.From ? "" : $", rewritten from {Data.From}")}" : "")}" +
            (tagger.Transitions is null ? "" : ", with transitions between them"));
        if (tagger is WordTagger { Vocabulary: var vocabulary })
            yield return new("vocabulary", $"{Number(vocabulary.Words.Count)} words, {Number(vocabulary.Characters.Count)} characters");
        MostFrequentTag floor = MostFrequentTag.Of(Data.Train);
        TagScore score = TagScore.Of(Data.Validation, [.. Data.Validation.Select(sentence => floor.Tag(sentence.Words))], tagger.Tags.Rules);
        yield return new("each word's commonest label", string.Create(CultureInfo.InvariantCulture, $"{score.Accuracy:P2} of the held-out words right") +
            (tagger.Tags.Scheme is null ? "" : string.Create(CultureInfo.InvariantCulture, $", F1 {score.Micro.F1:F4}")));
        yield return new("learning rate", Settings.Optimizer.LearningRate.ToString(CultureInfo.InvariantCulture)
            + (recipe.LearningRate is null ? ", chosen (--lr)" : ""));
    }

    private static MarkedText Example(TaggedSentence sentence) => new(
        "a sentence",
        [.. sentence.Words.Take(WordsShown).SelectMany((word, i) => ((string, bool)[])[(word + "/", false), (sentence.Labels[i], true), (" ", false)])])
    {
        Meaning = "the label to be given is",
    };

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
