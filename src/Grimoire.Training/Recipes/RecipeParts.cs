using Grimoire.Models;
using Grimoire.Models.Tokenizers;
using Grimoire.Tensors;
using Grimoire.Training.Data;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Recipes;

/// <summary>Makes the parts of a training run that a recipe describes.</summary>
internal static class RecipeParts
{
    /// <summary>What marks a turn of a conversation: no raw text holds it, but fine-tuning a model to converse then needs no new embeddings.</summary>
    private static readonly string[] Turns = ["<|im_start|>", "<|im_end|>"];

    public static Corpus Corpus(this PretrainRecipe recipe) => new(recipe.Data.Paths, recipe.Data.Documents);

    public static Corpus? ValidationCorpus(this PretrainRecipe recipe) =>
        recipe.Data.Validation is { } path ? new Corpus([path], recipe.Data.Documents) : null;

    /// <summary>The recipe's tokenizer: loaded where it names one, else trained on the corpus.</summary>
    public static Tokenizer MakeTokenizer(this PretrainRecipe recipe, Corpus corpus)
    {
        if (recipe.Tokenizer.Path is { } path)
            return Tokenizer.Load(path);

        // Characters stand for themselves alone: a text file's own line breaks are all the ends it has.
        bool characters = recipe.Tokenizer.Kind == TokenizerKind.Character;
        var options = new TokenizerOptions
        {
            Kind = recipe.Tokenizer.Kind,
            VocabularySize = recipe.Tokenizer.Vocabulary,
            Special = characters ? [] : [Data.Corpus.Separator, .. Turns],
            EndOfText = characters ? null : Data.Corpus.Separator,
            Threads = recipe.Threads ?? 0,
        };
        return TokenizerTrainer.Train(corpus.Texts(), options);
    }

    public static ModelConfig Config(this PretrainRecipe recipe, int vocabulary)
    {
        ModelSettings m = recipe.Model;
        return m.Family == ModelFamily.Gpt2
            ? Gpt2.Config(m.Layers, m.Heads, m.Channels, m.Context, vocabulary, m.FeedForward)
            : Llama.Config(m.Layers, m.Heads, m.Channels, m.Context, vocabulary, m.FeedForward, m.KeyValueHeads, m.Tied);
    }

    public static Schedule MakeSchedule(this PretrainRecipe recipe, long steps)
    {
        OptimizerSettings o = recipe.Optimizer;
        float peak = (float)o.LearningRate;
        return new Schedule(o.Schedule, peak, (float?)o.MinimumLearningRate ?? peak / 10, o.Warmup ?? Warmup(steps), steps);
    }

    /// <summary>2 % of all steps, but time enough for Adam's second moments to settle, even in a short run.</summary>
    private static long Warmup(long steps) => Math.Max(steps / 50, Math.Min(20, steps / 10));

    /// <summary>The training sequences.</summary>
    public static SequenceSampler TrainingSampler(this PretrainRecipe recipe, TokenStore store, Tokenizer tokenizer)
    {
        ulong seed = (ulong)recipe.Seed;
        return recipe.Data.Sampling switch
        {
            Sampling.Documents => new DocumentSampler(store, recipe.Model.Context, EndToken(tokenizer), seed),
            Sampling.Blocks => new BlockSampler(store, recipe.Model.Context, seed),
            _ => new WindowSampler(store, recipe.Model.Context, seed),
        };
    }

    /// <summary>The held-out sequences, in order where <paramref name="shuffle"/> is null; null where nothing is held out.</summary>
    public static SequenceSampler? HeldOutSampler(this PretrainRecipe recipe, TokenStore? store, Tokenizer tokenizer, ulong? shuffle) =>
        store is null ? null
        : recipe.Data.Sampling == Sampling.Documents ? new DocumentSampler(store, recipe.Model.Context, EndToken(tokenizer), shuffle)
        : new BlockSampler(store, recipe.Model.Context, shuffle);

    /// <summary>Measures all held-out sequences, or so many passes of a fixed shuffle of them.</summary>
    public static Validation? MakeValidation(this PretrainRecipe recipe, TokenStore? store, LanguageModel model, int? batches) =>
        recipe.HeldOutSampler(store, model.Tokenizer, batches is null ? null : 0) is { } sampler
            ? new TextValidation(model.Transformer, sampler, store!, recipe.Batch, batches) : null;

    public static Objective MakeObjective(this PretrainRecipe recipe, Transformer model, SequenceSampler sampler) =>
        new LanguageModelingObjective(model, sampler, recipe.Batch, recipe.Accumulate, new CrossEntropySpec((float)recipe.LabelSmoothing, (float)recipe.ZLoss));

    /// <summary>What ends a document, and so also what comes before one: end-of-text, or the line break; null where there is neither.</summary>
    public static int? EndTokenOf(Tokenizer tokenizer) => tokenizer.EndOfText ?? tokenizer.Id("\n");

    private static int EndToken(Tokenizer tokenizer) =>
        EndTokenOf(tokenizer)
            ?? throw new GrimoireException(
                "The tokenizer has neither an end-of-text token nor a line break, so documents cannot end; train another tokenizer.");
}
