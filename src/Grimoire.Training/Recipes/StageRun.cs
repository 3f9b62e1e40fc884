using System.Text;
using System.Text.Json.Nodes;
using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Recipes;

/// <summary>A stage in a run folder: prepared, planned, trained, reported. The same call on the same folder continues where it stopped.</summary>
public sealed class StageRun : IDisposable
{
    private readonly Stage stage;
    private readonly string folder;
    private readonly Kernels kernels;
    private readonly Workspace workspace;
    private readonly Optimizer optimizer;
    private readonly StageParts parts;
    private readonly StageSettings settings;
    private readonly Trainer trainer;
    private readonly Run run;

    private StageRun(Stage stage, string folder, IReadOnlyList<string> command, IProgress<string>? progress, IProgress<TrainingEvent>? events)
    {
        (this.stage, this.folder) = (stage, folder);
        kernels = stage.Settings.Threads is { } threads ? Kernels.CreateSimd(threads) : Kernels.Simd;
        workspace = new Workspace(kernels);
        Standing standing = Standing.Read(folder);
        progress?.Report("loading the model");
        Learner = stage.MakeLearner();
        optimizer = StageModel.MakeOptimizer(stage.Settings.Optimizer, Learner, kernels);
        // What comes of the data may depend on the model, so it is first put where it stopped.
        if (standing.Checkpoint is { } stopped)
            Learner.Restore(stopped);
        parts = stage.Open(new StageContext(Learner, stage.Settings.Model, folder, kernels, progress));
        string key = $"{parts.DataKey} {(stage.Settings.Model.Length == 0 ? "newborn" : ModelKey.Of(stage.Settings.Model))}";
        if (standing.Begun)
            RunRequest.CheckData(folder, key);
        double secondsPerStep = standing.SecondsPerStep ?? TimeBudget.SecondsPerStep(
            parts.Objective, optimizer, workspace, Options, chooses: stage.Settings is { Steps: null, Minutes: not null }, progress);
        settings = standing.Begun ? Resolved() : TimeBudget.Resolve(stage.Settings, parts.StepsPerEpoch, parts.Objective.Round, secondsPerStep);
        Finished = standing.State.Step == settings.Steps && Run.ReadInfo(folder).Status == RunStatus.Finished && Directory.Exists(ModelFolder(folder));

        run = RunCourse.Open(folder, standing, () => Begin(command, key));
        try
        {
            trainer = MakeTrainer(events);
            if (standing.Checkpoint is { } checkpoint)
                trainer.Restore(checkpoint);
            if (Finished)
                RunCourse.TakeBest(run, Learner, State);
            Plan = MakePlan(secondsPerStep, standing);
        }
        catch
        {
            run.Dispose();
            throw;
        }
    }

    /// <summary>What is trained; once <see cref="Train"/> has finished, as it was best.</summary>
    public Learner Learner { get; }

    /// <summary>The same, where it is a language model.</summary>
    public Trainee Trainee => (Trainee)Learner;

    /// <summary>What is about to happen.</summary>
    public StagePlan Plan { get; }

    /// <summary>Where training stands.</summary>
    public TrainerState State => trainer.State;

    /// <summary>Whether the run was finished before: there is nothing left to train.</summary>
    public bool Finished { get; }

    private PassOptions Options => new((float)stage.Settings.Dropout, Checkpoint: stage.Settings.Recompute, Saved: stage.Settings.SavedActivations);

    /// <summary>Where the finished model lies in a run folder.</summary>
    public static string ModelFolder(string runFolder) => Path.Combine(runFolder, "model");

    /// <summary>Loads the model, reads the data and begins the run, or takes it up where it stopped.</summary>
    /// <param name="stage">What to do.</param>
    /// <param name="folder">The run folder.</param>
    /// <param name="command">The arguments with which this can be repeated.</param>
    /// <param name="progress">Told in a few words what is being prepared.</param>
    /// <param name="events">Told about everything while training.</param>
    /// <exception cref="GrimoireException">The model, the data, the recipe or the run folder is at fault.</exception>
    public static StageRun Prepare(
        Stage stage, string folder, IReadOnlyList<string> command, IProgress<string>? progress = null, IProgress<TrainingEvent>? events = null)
    {
        ArgumentNullException.ThrowIfNull(stage);
        stage.Check();
        folder = Path.GetFullPath(folder);
        if (Run.Exists(folder))
            RunRequest.CheckRecipe(folder, stage.ToJson());
        return new StageRun(stage, folder, command, progress, events);
    }

    /// <summary>
    /// Measures the model as it comes, trains to the end, or until <paramref name="stop"/> asks to save and leave. At the end the best model is put into the
    /// run's <c>model</c> folder: the one of the lowest validation loss, or the last where nothing is validated.
    /// </summary>
    /// <exception cref="GrimoireException">The loss diverged, or the disk is full; the last good checkpoint remains.</exception>
    public TrainingOutcome Train(CancellationToken stop = default) => RunCourse.Train(run, trainer, Plan.Steps, Finished, MeasureStart, Finish, stop);

    /// <summary>Writes <c>report.html</c> into the run folder, finished or not; returns its path.</summary>
    /// <exception cref="GrimoireException">It cannot be written.</exception>
    public string WriteReport()
    {
        ReportData report = StageReport.Read(Plan, Learner, stage.Next(folder));
        Report.Write(run.ReportPath, parts.Report is { } add ? add(report) : report);
        return run.ReportPath;
    }

    /// <summary>Lets go of the run.</summary>
    public void Dispose() => run.Dispose();

    /// <summary>What was measured before the first step by a process that was killed since is taken back.</summary>
    private void MeasureStart()
    {
        run.Rewind(-1);
        trainer.MeasureStart();
    }

    private RunInfo Begin(IReadOnlyList<string> command, string key)
    {
        RunRequest.Write(folder, stage.ToJson(), key);
        JsonObject recipe = stage.ToJson();
        foreach (Setting<StageSettings> setting in StageSettings.Settings.Where(s => recipe.ContainsKey(s.Key)))
            recipe[setting.Key] = setting.Get(settings);
        return new RunInfo { Kind = stage.Kind, Command = command, Recipe = recipe, Seed = (ulong)settings.Seed };
    }

    /// <summary>The settings as they were resolved when the run began.</summary>
    private StageSettings Resolved()
    {
        JsonObject recipe = Run.ReadInfo(folder).Recipe;
        var known = new JsonObject(
            StageSettings.Settings.Where(s => recipe.ContainsKey(s.Key)).Select(s => KeyValuePair.Create(s.Key, recipe[s.Key]?.DeepClone())));
        string file = Path.Combine(folder, RunInfo.FileName);
        StageSettings resolved = StageSettings.Settings.Read(stage.Settings, Encoding.UTF8.GetBytes(known.ToJsonString()), file);
        return resolved with { Threads = stage.Settings.Threads };
    }

    private Trainer MakeTrainer(IProgress<TrainingEvent>? events)
    {
        long steps = settings.Steps!.Value;
        TrainerSettings how = RunCourse.Settings(steps, settings.Dropout, settings.Recompute, settings.Seed, settings.Optimizer, settings.Log)
            with
        { SavedActivations = settings.SavedActivations };
        return new Trainer(Learner, optimizer, StageModel.MakeSchedule(settings.Optimizer, steps), parts.Objective, parts.Validation, run, how, workspace)
        {
            Sample = parts.Sample,
            Progress = events,
        };
    }

    private StagePlan MakePlan(double secondsPerStep, Standing standing) => new()
    {
        Folder = folder,
        Kind = stage.Kind,
        Settings = settings,
        Facts = parts.Facts,
        Examples = parts.Examples,
        Memory = TrainingMemory.Of(Learner, optimizer, workspace),
        Epochs = settings.Steps / parts.StepsPerEpoch,
        EstimatedSeconds = secondsPerStep * (settings.Steps!.Value - standing.State.Step),
        KnownLoss = parts.KnownLoss,
        FirstLoss = standing.ResumedFrom is null && parts.KnownLoss is not null ? trainer.FirstLoss() : null,
        ResumedFrom = standing.ResumedFrom,
        Damaged = standing.Damaged,
    };

    /// <summary>Keeps the best model, measures it and tells what came out.</summary>
    private Dictionary<string, double> Finish()
    {
        long best = RunCourse.TakeBest(run, Learner, State);
        var results = new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["parameters"] = Plan.Memory.Parameters,
            ["trained"] = Plan.Memory.Trained,
            [Metric.Tokens] = State.Tokens,
            [Metric.Seconds] = State.Seconds,
            ["best_step"] = best,
        };
        foreach ((string name, double value) in parts.Validation?.Measure(workspace).Metrics ?? [])
            results[name] = value;
        stage.Save(Learner, ModelFolder(folder));
        return results;
    }
}
