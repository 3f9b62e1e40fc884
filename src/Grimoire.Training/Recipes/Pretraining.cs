using System.Diagnostics;
using System.Text;
using Grimoire.Models;
using Grimoire.Models.Tokenizers;
using Grimoire.Tensors;
using Grimoire.Training.Data;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Recipes;

/// <summary>
/// Raising a model from raw text: text → tokenizer → shards → transformer → trained transformer, in a run folder. The same call on the
/// same folder continues where it stopped.
/// </summary>
public sealed class Pretraining : IDisposable
{
    private const int WarmUpPasses = 2, TimedPasses = 3, ExampleTokens = 64;

    // The rest of a time budget goes to the optimizer, validation, samples and checkpoints.
    private const double ShareForSteps = 0.85;

    private readonly PretrainRecipe recipe;
    private readonly string folder;
    private readonly Kernels kernels;
    private readonly TokenData data;
    private readonly Trainer trainer;
    private readonly Run run;
    private readonly double secondsPerStep;

    private Pretraining(PretrainRecipe requested, string folder, IReadOnlyList<string> command, IProgress<string>? progress, IProgress<TrainingEvent>? events)
    {
        requested.Check();
        this.folder = Path.GetFullPath(folder);
        kernels = requested.Threads is { } threads ? Kernels.CreateSimd(threads) : Kernels.Simd;
        (Tokenizer tokenizer, data) = Prepare(requested, progress);
        var damaged = new List<string>();
        string? checkpoint = Run.Exists(folder) ? Checkpoint.Newest(folder, damaged.Add) : null;
        Model = checkpoint is null ? Newborn(requested, tokenizer) : LanguageModel.Load(checkpoint, trainable: true);

        var workspace = new Workspace(kernels);
        SequenceSampler sampler = requested.TrainingSampler(data.Train, tokenizer);
        progress?.Report("timing a step");
        secondsPerStep = TimeStep(Model.Transformer, workspace, sampler, requested);
        recipe = Run.Exists(folder) ? Resolved(folder) : Resolve(requested, secondsPerStep);
        long steps = recipe.Steps!.Value;
        Optimizer optimizer = recipe.MakeOptimizer(Model.Transformer, kernels);
        run = Run.Exists(folder)
            ? Run.Resume(folder, checkpoint is null ? 0 : Checkpoint.ReadState(checkpoint).Step)
            : Run.Create(folder, new RunInfo { Kind = "pretrain", Command = command, Recipe = recipe.ToJson(), Seed = (ulong)recipe.Seed });
        Validation? validation = recipe.MakeValidation(data.Validation, tokenizer, recipe.Log.EvaluationBatches);
        trainer = new Trainer(Model, optimizer, recipe.MakeSchedule(steps), sampler, validation, run, recipe.TrainerSettings(steps), workspace)
        {
            Sample = recipe.Log.SampleInterval > 0 ? WriteSamples : null,
            Progress = events,
        };
        if (checkpoint is not null)
            trainer.Restore(checkpoint);
        Plan = MakePlan(sampler, tokenizer, checkpoint is null ? null : trainer.State.Step, damaged);
    }

    /// <summary>The model being raised; once <see cref="Train"/> has finished, the best one.</summary>
    public LanguageModel Model { get; private set; }

    /// <summary>What is about to happen.</summary>
    public PretrainingPlan Plan { get; }

    /// <summary>Where training stands.</summary>
    public TrainerState State => trainer.State;

    /// <summary>Where the finished model lies in a run folder.</summary>
    public static string ModelFolder(string runFolder) => Path.Combine(runFolder, "model");

    /// <summary>Reads the text, trains or loads the tokenizer, builds shards and model, and begins the run, or takes it up where it stopped.</summary>
    /// <param name="recipe">What to do.</param>
    /// <param name="folder">The run folder.</param>
    /// <param name="command">The arguments with which this can be repeated.</param>
    /// <param name="progress">Told in a few words what is being prepared.</param>
    /// <param name="events">Told about everything while training.</param>
    /// <exception cref="GrimoireException">The text, the recipe or the run folder is at fault.</exception>
    public static Pretraining Prepare(
        PretrainRecipe recipe, string folder, IReadOnlyList<string> command, IProgress<string>? progress = null, IProgress<TrainingEvent>? events = null) =>
        new(recipe, folder, command, progress, events);

    /// <summary>Trains to the end, or until <paramref name="stop"/> asks to save and leave. At the end the best model is put into the run's <c>model</c> folder.</summary>
    /// <exception cref="GrimoireException">The loss diverged, or the disk is full; the last good checkpoint remains.</exception>
    public TrainingOutcome Train(CancellationToken stop = default)
    {
        try
        {
            TrainingOutcome outcome = trainer.Train(stop);
            if (outcome == TrainingOutcome.Finished)
                Finish();
            else
                run.End(RunStatus.Stopped, $"stopped after {State.Step} of {Plan.Steps} steps");
            return outcome;
        }
        catch (GrimoireException e)
        {
            run.End(RunStatus.Failed, e.Message);
            throw;
        }
    }

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

    /// <summary>Tokenizer and shards, in the run folder; both are found again by a continued run.</summary>
    private (Tokenizer Tokenizer, TokenData Data) Prepare(PretrainRecipe requested, IProgress<string>? progress)
    {
        string tokenizerFolder = Path.Combine(folder, "tokenizer");
        Corpus corpus = requested.Corpus();
        bool begun = Run.Exists(folder);
        if (!begun)
            progress?.Report(requested.Tokenizer.Path is null ? "training the tokenizer" : "loading the tokenizer");
        Tokenizer tokenizer = begun ? Tokenizer.Load(tokenizerFolder) : requested.MakeTokenizer(corpus);
        if (!begun)
            tokenizer.Save(tokenizerFolder);
        progress?.Report("reading the text");
        TokenData prepared = TokenData.Prepare(
            Path.Combine(folder, "data"), corpus, requested.ValidationCorpus(), TextEncoder.Of(tokenizer, tokenizerFolder),
            new SplitSettings(requested.Data.ValidationFraction, (ulong)requested.Seed));
        PretrainingRequest.Check(folder, requested, prepared.Key, begun);
        return (tokenizer, prepared);
    }

    private static LanguageModel Newborn(PretrainRecipe recipe, Tokenizer tokenizer)
    {
        ModelConfig config = recipe.Config(tokenizer.VocabularySize);
        var model = new LanguageModel(new Transformer(config, Initialization.Random(config, (ulong)recipe.Seed)), tokenizer);
        model.Transformer.SetTrainable(true);
        return model;
    }

    private static PretrainRecipe Resolved(string folder) =>
        PretrainRecipe.Settings.Read(new PretrainRecipe(), Encoding.UTF8.GetBytes(Run.ReadInfo(folder).Recipe.ToJsonString()), Path.Combine(folder, RunInfo.FileName));

    /// <summary>The recipe with its steps fixed once and for all, so that a continued run does not choose others.</summary>
    private static PretrainRecipe Resolve(PretrainRecipe requested, double secondsPerStep)
    {
        if (requested.Steps is not null)
            return requested;
        int steps = (int)Math.Clamp(requested.Minutes!.Value * 60 * ShareForSteps / secondsPerStep, 10, int.MaxValue);
        int often = Math.Max(1, steps / 10);
        LogSettings log = requested.Log with
        {
            Interval = Math.Min(requested.Log.Interval, Math.Max(1, steps / 100)),
            EvaluationInterval = often,
            SampleInterval = requested.Log.SampleInterval == 0 ? 0 : often,
            CheckpointInterval = often,
        };
        return requested with { Steps = steps, Log = log };
    }

    /// <summary>Seconds of a step: the median of a few passes forward and backward, whose gradients are thrown away.</summary>
    private static double TimeStep(Transformer model, Workspace workspace, SequenceSampler sampler, PretrainRecipe recipe)
    {
        var tape = new Tape();
        workspace.Exchange(tape);
        var seconds = new double[TimedPasses];
        for (int i = -WarmUpPasses; i < TimedPasses; i++)
        {
            long begin = Stopwatch.GetTimestamp();
            workspace.Reset();
            TrainingBatch batch = sampler.Draw(0, recipe.Batch);
            Tensor loss = LanguageModeling.Loss(model, model.Begin(workspace, batch.ToBatch()), batch.Targets);
            tape.Backward(loss);
            if (i >= 0)
                seconds[i] = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        }

        workspace.Exchange(null);
        foreach (Parameter parameter in model.Parameters)
            parameter.Tensor.Grad = null;
        Array.Sort(seconds);
        return seconds[TimedPasses / 2] * recipe.Accumulate;
    }

    private PretrainingPlan MakePlan(SequenceSampler sampler, Tokenizer tokenizer, long? resumedFrom, IReadOnlyList<string> damaged)
    {
        TrainingBatch first = sampler.Draw(0, recipe.Batch);
        long steps = recipe.Steps!.Value;
        long tokens = steps * first.TargetCount * recipe.Accumulate;
        ModelConfig config = Model.Transformer.Config;
        return new PretrainingPlan
        {
            Folder = folder,
            Recipe = recipe,
            Model = config,
            TrainTokens = data.Train.Length,
            TrainBytes = data.Train.Bytes,
            ValidationTokens = data.Validation?.Length ?? 0,
            Steps = steps,
            Tokens = tokens,
            Operations = 3 * config.ForwardOperations(first.Lengths[0]) * tokens,
            EstimatedSeconds = secondsPerStep * (steps - (resumedFrom ?? 0)),
            StateBytes = config.ParameterCount * sizeof(float) * (recipe.Optimizer.Kind == OptimizerKind.AdamW ? 4 : 3),
            FirstLoss = resumedFrom is null ? trainer.FirstLoss() : null,
            Example = tokenizer.Decode(first.Tokens.AsSpan(0, Math.Min(first.Lengths[0], ExampleTokens)), skipSpecial: false),
            ResumedFrom = resumedFrom,
            Damaged = damaged,
        };
    }

    /// <summary>What the model makes of the recipe's prompts, with the same dice at every step so that only the model differs.</summary>
    private IEnumerable<TextSample> WriteSamples(long step)
    {
        var generator = new Generator(Model.Transformer, Model.Tokenizer, kernels);
        var options = new GenerationOptions
        {
            MaxTokens = recipe.Log.SampleTokens,
            Slide = true,
            Sampling = new SamplingOptions { Temperature = recipe.Log.Temperature, Seed = (ulong)recipe.Seed },
        };
        foreach (string prompt in recipe.Log.Prompts)
        {
            int[] ids = Model.Tokenizer.Encode(prompt);
            yield return new TextSample(step, prompt, generator.Generate(ids.Length > 0 ? ids : [RecipeParts.EndToken(Model.Tokenizer)], options).Text);
        }
    }

    /// <summary>Keeps the best model, measures it on the whole held-out text and closes the run.</summary>
    private void Finish()
    {
        if (State.BestStep > 0 && State.BestStep < State.Step)
            Model = LanguageModel.Load(run.CheckpointFolder(State.BestStep), trainable: true);
        var results = new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["parameters"] = Model.Transformer.Config.ParameterCount,
            [Metric.Tokens] = State.Tokens,
            [Metric.Seconds] = State.Seconds,
        };
        if (recipe.MakeValidation(data.Validation, Model.Tokenizer, batches: null) is { } validation)
        {
            double loss = validation.Loss(Model.Transformer, new Workspace(kernels));
            results[Metric.ValidationLoss] = loss;
            results[Metric.BitsPerByte] = validation.BitsPerByte(loss);
            results["best_step"] = State.BestStep;
        }

        Model.Save(ModelFolder(folder), DType.F32);
        run.End(RunStatus.Finished, results: results);
    }
}
