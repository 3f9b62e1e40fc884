using System.Text;
using Grimoire.Models;
using Grimoire.Models.Tokenizers;
using Grimoire.Tensors;
using Grimoire.Training.Data;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Recipes;

/// <summary>
/// Raising a model from raw text: text → tokenizer → shards → transformer → trained transformer, in a run folder. The same call on the same folder continues
/// where it stopped.
/// </summary>
public sealed class Pretraining : IDisposable
{
    private const int ExampleTokens = 64;

    private readonly PretrainRecipe recipe;
    private readonly string folder;
    private readonly Kernels kernels;
    private readonly TokenData data;
    private readonly Trainee trainee;
    private readonly Optimizer optimizer;
    private readonly Trainer trainer;
    private readonly Run run;

    private Pretraining(
        PretrainRecipe requested, string folder, PreparedText text, IReadOnlyList<string> command, IProgress<string>? progress,
        IProgress<TrainingEvent>? events)
    {
        (this.folder, data) = (folder, text.Data);
        kernels = requested.Threads is { } threads ? Kernels.CreateSimd(threads) : Kernels.Simd;
        var workspace = new Workspace(kernels);
        SequenceSampler sampler = requested.TrainingSampler(data.Train, text.Tokenizer);
        Standing standing = Standing.Read(folder);
        trainee = new Trainee(Newborn(requested, text.Tokenizer));
        optimizer = StageModel.MakeOptimizer(requested.Optimizer, trainee, kernels);
        Objective objective = requested.MakeObjective(Model.Transformer, sampler);
        double secondsPerStep = standing.SecondsPerStep ?? TimeBudget.SecondsPerStep(
            objective, optimizer, workspace, new PassOptions((float)requested.Model.Dropout, Checkpoint: requested.Recompute), requested.Steps is null,
            progress);
        recipe = standing.Begun ? Resolved(folder) : TimeBudget.Resolve(requested, secondsPerStep);
        Finished = standing.State.Step == recipe.Steps && Run.ReadInfo(folder).Status == RunStatus.Finished && Directory.Exists(ModelFolder(folder));

        run = RunCourse.Open(
            folder, standing, () => new RunInfo { Kind = "pretrain", Command = command, Recipe = recipe.ToJson(), Seed = (ulong)recipe.Seed });
        try
        {
            trainer = MakeTrainer(objective, workspace, events);
            if (standing.Checkpoint is { } checkpoint)
                trainer.Restore(checkpoint);
            Plan = MakePlan(sampler, secondsPerStep, standing);
            if (Finished)
                RunCourse.TakeBest(run, trainee, State);
        }
        catch
        {
            run.Dispose();
            throw;
        }
    }

    /// <summary>The model being raised; once <see cref="Train"/> has finished, the best one.</summary>
    public LanguageModel Model => trainee.Model;

    /// <summary>What is about to happen.</summary>
    public PretrainingPlan Plan { get; }

    /// <summary>Where training stands.</summary>
    public TrainerState State => trainer.State;

    /// <summary>Whether the run was finished before: there is nothing left to train.</summary>
    public bool Finished { get; }

    /// <summary>The architecture that a recipe means over a vocabulary of so many pieces.</summary>
    public static ModelConfig ConfigOf(PretrainRecipe recipe, int vocabulary) => recipe.Config(vocabulary);

    /// <summary>Where the finished model lies in a run folder.</summary>
    public static string ModelFolder(string runFolder) => Path.Combine(runFolder, "model");

    /// <summary>Reads the text, trains or loads the tokenizer, builds shards and model, and begins the run, or takes it up where it stopped.</summary>
    /// <param name="recipe">What to do.</param>
    /// <param name="folder">The run folder.</param>
    /// <param name="command">The arguments with which this can be repeated.</param>
    /// <param name="progress">Told in a few words what is being prepared.</param>
    /// <param name="events">Told about everything while training.</param>
    /// <param name="text">A folder of tokenizer and shards that runs share (<see cref="PreparedText.Share"/>); null for the run's own.</param>
    /// <exception cref="GrimoireException">The text, the recipe or the run folder is at fault.</exception>
    public static Pretraining Prepare(
        PretrainRecipe recipe, string folder, IReadOnlyList<string> command, IProgress<string>? progress = null, IProgress<TrainingEvent>? events = null,
        string? text = null)
    {
        recipe.Check();
        folder = Path.GetFullPath(folder);
        PreparedText prepared = PreparedText.Read(recipe, folder, text is null ? null : Path.GetFullPath(text), progress);
        try
        {
            return new Pretraining(recipe, folder, prepared, command, progress, events);
        }
        catch
        {
            prepared.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Trains to the end, or until <paramref name="stop"/> asks to save and leave. At the end the best model is put into the run's <c>model</c> folder.
    /// </summary>
    /// <exception cref="GrimoireException">The loss diverged, or the disk is full; the last good checkpoint remains.</exception>
    public TrainingOutcome Train(CancellationToken stop = default) => RunCourse.Train(run, trainer, Plan.Steps, Finished, () => { }, Finish, stop);

    /// <summary>Writes <c>report.html</c> into the run folder, finished or not; returns its path.</summary>
    /// <exception cref="GrimoireException">It cannot be written.</exception>
    public string WriteReport()
    {
        SequenceSampler? heldOut = recipe.HeldOutSampler(data.Validation, Model.Tokenizer, shuffle: null);
        Report.Write(run.ReportPath, PretrainingReport.Read(Plan, Model, data, heldOut, kernels));
        return run.ReportPath;
    }

    /// <summary>Lets go of the run and its data.</summary>
    public void Dispose()
    {
        run.Dispose();
        data.Dispose();
    }

    private static LanguageModel Newborn(PretrainRecipe recipe, Tokenizer tokenizer)
    {
        ModelConfig config = recipe.Config(tokenizer.VocabularySize);
        var model = new LanguageModel(new Transformer(config, Initialization.Random(config, (ulong)recipe.Seed)), tokenizer);
        model.Transformer.SetTrainable(true);
        return model;
    }

    private static PretrainRecipe Resolved(string folder) =>
        PretrainRecipe.Settings.Read(
            new PretrainRecipe(), Encoding.UTF8.GetBytes(Run.ReadInfo(folder).Recipe.ToJsonString()), Path.Combine(folder, RunInfo.FileName));

    private Trainer MakeTrainer(Objective objective, Workspace workspace, IProgress<TrainingEvent>? events)
    {
        long steps = recipe.Steps!.Value;
        Validation? validation = recipe.MakeValidation(data.Validation, Model, recipe.Log.EvaluationBatches);
        TrainerSettings settings = RunCourse.Settings(steps, recipe.Model.Dropout, recipe.Recompute, recipe.Seed, recipe.Optimizer, recipe.Log);
        return new Trainer(trainee, optimizer, recipe.MakeSchedule(steps), objective, validation, run,
            settings with { SavedActivations = recipe.SavedActivations }, workspace)
        {
            Sample = recipe.Log.SampleInterval > 0 ? WriteSamples : null,
            Progress = events,
        };
    }

    private PretrainingPlan MakePlan(SequenceSampler sampler, double secondsPerStep, Standing standing)
    {
        TrainingBatch first = sampler.Draw(0, recipe.Batch);
        ModelConfig config = Model.Config;
        long steps = recipe.Steps!.Value, sequences = steps * recipe.Batch * recipe.Accumulate;
        // Documents differ in length; windows and blocks do not.
        double length = recipe.Data.Sampling == Sampling.Documents ? (double)data.Train.Length / data.Train.Documents : first.Lengths[0];
        return new PretrainingPlan
        {
            Folder = folder,
            Recipe = recipe,
            Model = config,
            TrainTokens = data.Train.Length,
            TrainBytes = data.Train.Bytes,
            ValidationTokens = data.Validation?.Length ?? 0,
            Steps = steps,
            Tokens = (long)(sequences * length),
            Operations = 3 * config.ForwardOperations((int)Math.Ceiling(length)) * sequences * length,
            EstimatedSeconds = secondsPerStep * (steps - standing.State.Step),
            StateBytes = sizeof(float) * ((2 * config.ParameterCount) + optimizer.State.Sum(p => (long)p.Tensor.Shape.Count)),
            FirstLoss = standing.ResumedFrom is null ? trainer.FirstLoss() : null,
            Example = Model.Tokenizer.Decode(first.Tokens.AsSpan(0, Math.Min(first.Lengths[0], ExampleTokens)), skipSpecial: false),
            ResumedFrom = standing.ResumedFrom,
            Damaged = standing.Damaged,
        };
    }

    /// <summary>
    /// What the model makes of the recipe's prompts, with the same dice at every step so that only the model differs. Where documents are trained on one
    /// by one, nothing comes after their end.
    /// </summary>
    private IEnumerable<TextSample> WriteSamples(long step)
    {
        var options = new GenerationOptions
        {
            MaxTokens = recipe.Log.SampleTokens,
            Slide = true,
            StopTokens = recipe.Data.Sampling == Sampling.Documents && RecipeParts.EndTokenOf(Model.Tokenizer) is { } end ? [end] : [],
            Sampling = new SamplingOptions { Temperature = recipe.Log.Temperature, Seed = (ulong)recipe.Seed },
        };
        var generator = new Generator(Model.Transformer, Model.Tokenizer, kernels);
        IReadOnlyList<GeneratedText> texts = generator.GenerateAll([.. recipe.Log.Prompts.Select(Begin)], options);
        return recipe.Log.Prompts.Zip(texts, (prompt, text) => new TextSample(step, prompt, text.Text));
    }

    private int[] Begin(string prompt) => Model.Tokenizer.Encode(prompt) is { Length: > 0 } ids ? ids : [FirstToken()];

    /// <summary>
    /// What stands before a text that begins from nothing: the end of another, or, where texts have no ends, the token that the data begins with.
    /// </summary>
    private int FirstToken()
    {
        if (RecipeParts.EndTokenOf(Model.Tokenizer) is { } end)
            return end;
        var first = new int[1];
        data.Train.Read(0, first);
        return first[0];
    }

    /// <summary>Keeps the best model, measures it on the whole held-out text and tells what came out.</summary>
    private Dictionary<string, double> Finish()
    {
        long best = RunCourse.TakeBest(run, trainee, State);
        var results = new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["parameters"] = Model.Transformer.Config.ParameterCount,
            [Metric.Tokens] = State.Tokens,
            [Metric.Seconds] = State.Seconds,
        };
        if (recipe.MakeValidation(data.Validation, Model, batches: null) is { } validation)
        {
            foreach ((string name, double value) in validation.Measure(new Workspace(kernels)).Metrics)
                results[name] = value;
            results["best_step"] = best;
        }

        trainee.Save(ModelFolder(folder));
        return results;
    }
}
