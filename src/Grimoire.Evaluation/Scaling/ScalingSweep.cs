using Grimoire.Training;
using Grimoire.Training.Recipes;
using Grimoire.Training.Runs;

namespace Grimoire.Evaluation.Scaling;

/// <summary>
/// Models of several sizes trained under several budgets on one text with one tokenizer, in a folder in which the same call goes on: <c>tokenizer/</c> and
/// <c>data/</c> for all, <c>runs/</c> with a run folder each, <c>points.csv</c>, <c>prediction.json</c>, and at the end an evaluation.
/// </summary>
public sealed class ScalingSweep
{
    /// <summary>The verb that a sweep's folder names.</summary>
    public const string Kind = "scale run";

    private const string PointsFile = "points.csv";

    private readonly SweepRecipe recipe;
    private readonly IReadOnlyList<string> command;
    private readonly Dictionary<ModelSize, double> secondsPerStep = [];
    private readonly Dictionary<string, TrainerState> stopped = [];

    private ScalingSweep(SweepRecipe recipe, string folder, IReadOnlyList<string> command, SweepPlan plan, long trainTokens)
    {
        (this.recipe, Folder, this.command, Plan, TrainTokens) = (recipe, folder, command, plan, trainTokens);
        Done = [.. plan.Runs.Select(Finished).OfType<SweptRun>()];
        foreach (SweepRun run in Open.Where(run => Run.Exists(FolderOf(run))))
        {
            if (Checkpoint.Newest(FolderOf(run)) is { } checkpoint)
                stopped[run.Name] = Checkpoint.ReadState(checkpoint);
        }
    }

    /// <summary>Where it lies.</summary>
    public string Folder { get; }

    /// <summary>The runs.</summary>
    public SweepPlan Plan { get; }

    /// <summary>Tokens of the training text.</summary>
    public long TrainTokens { get; }

    /// <summary>The runs that are finished, in the order of the plan.</summary>
    public IReadOnlyList<SweptRun> Done { get; private set; }

    /// <summary>The runs that are not.</summary>
    public IEnumerable<SweepRun> Open => Plan.Runs.Where(run => Done.All(done => done.Run.Name != run.Name));

    /// <summary>Seconds that the open runs should still take, by what a step of their size takes (<see cref="Time"/>).</summary>
    public double SecondsLeft => Open.Sum(run => StepsLeft(run) * secondsPerStep.GetValueOrDefault(run.Size, double.NaN));

    private FitSettings FitSettings => recipe.Fit with { Seed = (ulong)recipe.Common.Seed };

    private ScalingPoint[] Points => [.. Done.Select(done => done.Point)];

    /// <summary>Trains or finds the tokenizer, encodes the text or finds it encoded, and plans the runs.</summary>
    /// <param name="recipe">What to do.</param>
    /// <param name="folder">The sweep's folder.</param>
    /// <param name="command">The arguments with which this can be repeated.</param>
    /// <param name="progress">Told in a few words what is being prepared.</param>
    /// <exception cref="GrimoireException">The text or the recipe is at fault, or the folder holds something else.</exception>
    public static ScalingSweep Prepare(SweepRecipe recipe, string folder, IReadOnlyList<string> command, IProgress<string>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        folder = Path.GetFullPath(folder);
        recipe.Operations();
        if (Run.Exists(folder) && Run.ReadInfo(folder).Kind != Kind)
            throw new GrimoireException($"{folder}: a run of grimoire {Run.ReadInfo(folder).Kind} is here; choose another folder with --run.");
        using PreparedText text = PreparedText.Share(recipe.Common, folder, recipe.ToJson(), Directory.Exists(RunsOf(folder)), progress);
        if (text.Data.Validation is null)
            throw new GrimoireException("A sweep compares losses on held-out text, and none is held out; give --validation-fraction or --validation.");
        return new ScalingSweep(recipe, folder, command, SweepPlan.Of(recipe, text.Tokenizer.VocabularySize), text.Data.Train.Length);
    }

    /// <summary>The folder of a run.</summary>
    public string FolderOf(SweepRun run) => Path.Combine(RunsOf(Folder), run.Name);

    /// <summary>
    /// Finds out what a step of each open size takes: from a run of the size that is finished or was stopped, or by preparing one beside the others and
    /// timing some steps. Until a run is begun in earnest, the sweep may be planned anew.
    /// </summary>
    public void Time(IProgress<string>? progress = null)
    {
        string aside = Path.Combine(Folder, ".timing");
        foreach (SweepRun run in Open.DistinctBy(run => run.Size).Where(run => !secondsPerStep.ContainsKey(run.Size)))
        {
            progress?.Report($"timing a step of {run.Size}");
            if (Done.LastOrDefault(done => done.Run.Size == run.Size) is { } known)
            {
                secondsPerStep[run.Size] = known.Seconds / known.Run.Recipe.Steps!.Value;
                continue;
            }

            if (Open.Where(other => other.Size == run.Size).Select(other => stopped.GetValueOrDefault(other.Name)).FirstOrDefault(at => at?.Step > 0) is { } at)
            {
                secondsPerStep[run.Size] = at.Seconds / at.Step;
                continue;
            }

            Remove(aside);
            using (Pretraining timed = Pretraining.Prepare(run.Recipe, aside, command, text: Folder))
                secondsPerStep[run.Size] = timed.Plan.EstimatedSeconds / timed.Plan.Steps;
            Remove(aside);
        }
    }

    /// <summary>Begins a run, or takes it up where it stopped.</summary>
    public Pretraining Begin(SweepRun run, IProgress<string>? progress = null, IProgress<TrainingEvent>? events = null)
    {
        ArgumentNullException.ThrowIfNull(run);
        return Pretraining.Prepare(run.Recipe, FolderOf(run), command, progress, events, Folder);
    }

    /// <summary>
    /// What the runs below the largest budget foretell of those under it. Made and written down once, when all of the former are finished and none of the
    /// latter has taken a step; later calls read it.
    /// </summary>
    /// <exception cref="GrimoireException">It is asked for too early, or a largest run is finished without one.</exception>
    public ScalingPrediction Foretell()
    {
        if (ScalingPrediction.Read(Folder) is { } made)
            return made;
        if (Open.Any(run => !run.IsLargest) || Done.Any(done => done.Run.IsLargest))
            throw new GrimoireException($"{Folder}: the largest runs can be foretold only after all smaller ones are trained and before they are themselves.");
        ScalingPrediction prediction = ScalingPrediction.Of(ScalingFit.Of(Points, FitSettings), Open);
        prediction.Write(Folder);
        return prediction;
    }

    /// <summary>Takes note of a run that has just finished, and writes <c>points.csv</c> anew.</summary>
    public SweptRun Finish(SweepRun run)
    {
        SweptRun done = Finished(run) ?? throw new InvalidOperationException($"{run.Name} is not finished.");
        Done = [.. Plan.Runs.SelectMany(planned => Done.Append(done).Where(known => known.Run.Name == planned.Name))];
        secondsPerStep[run.Size] = done.Seconds / run.Recipe.Steps!.Value;
        ScalingCsv.Write(Path.Combine(Folder, PointsFile), Done);
        return done;
    }

    /// <summary>Fits all runs, sets the prediction beside what came, and writes the evaluation into the folder.</summary>
    /// <exception cref="GrimoireException">Runs are open, or the folder cannot be written.</exception>
    public EvaluationResult Conclude(Action<double>? share = null)
    {
        ScalingCsv.Write(Path.Combine(Folder, PointsFile), Done);
        ScalingFit fit = ScalingFit.Of(Points, FitSettings, share);
        var request = new RunInfo { Kind = Kind, Command = command, Recipe = recipe.ToJson(), Seed = (ulong)recipe.Common.Seed };
        EvaluationResult result = SweepReport.Of(this, ScalingAnalysis.Of(fit), Foretell(), request);
        EvaluationFolder.Write(Folder, result, Done.Select(SweepReport.Row));
        return result;
    }

    private long StepsLeft(SweepRun run) => run.Recipe.Steps!.Value - (stopped.GetValueOrDefault(run.Name)?.Step ?? 0);

    private SweptRun? Finished(SweepRun run) => SweptRun.Read(run, FolderOf(run));

    private static string RunsOf(string folder) => Path.Combine(folder, "runs");

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
