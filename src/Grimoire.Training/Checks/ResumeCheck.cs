using Grimoire.Models.Tokenizers;
using Grimoire.Training.Recipes;
using Grimoire.Training.Runs;
using World = Grimoire.Training.Worlds.World;

namespace Grimoire.Training.Checks;

/// <summary>Proves that a run that was stopped and continued gives the bits of one that was not.</summary>
public static class ResumeCheck
{
    private const int StageSteps = 10, Documents = 200;

    /// <summary>
    /// The user's own recipe of pretraining: trains <paramref name="steps"/> steps at once, and again with a stop in the middle, both in folders below
    /// <paramref name="folder"/>, and compares every byte of weights and optimizer state.
    /// </summary>
    /// <exception cref="GrimoireException">The recipe or its text is at fault.</exception>
    public static CheckResult Run(PretrainRecipe recipe, string folder, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 2);
        PretrainRecipe brief = recipe with
        {
            Steps = steps,
            Minutes = null,
            Optimizer = recipe.Optimizer with { Warmup = Math.Min(recipe.Optimizer.Warmup ?? steps / 10, steps / 2) },
            Log = Brief(recipe.Log, steps),
        };
        return Compare("pretrain", folder, steps, (run, stop, events) =>
        {
            using Pretraining pretraining = Pretraining.Prepare(brief, run, [], events: events);
            return pretraining.Train(stop);
        });
    }

    /// <summary>
    /// The same of fine-tuning, preference optimisation and a reward model, one after another, on lessons and preferences of a generated world and a newborn
    /// model of its letters, all made below <paramref name="folder"/>.
    /// </summary>
    /// <param name="folder">Where all of it is written.</param>
    /// <param name="threads">Threads; null for one a core.</param>
    public static IEnumerable<CheckResult> Stages(string folder, int? threads)
    {
        string world = Path.Combine(folder, "world");
        new World(seed: 1).Write(world, Documents);
        string lessons = Path.Combine(world, "sft.train.jsonl"), preferences = Path.Combine(world, "preferences.train.jsonl");
        var settings = new StageSettings
        {
            Model = Newborn(Path.Combine(world, "pretrain.train.txt"), Path.Combine(folder, "newborn"), threads),
            Steps = StageSteps,
            Batch = 2,
            Dropout = 0.1,
            Threads = threads,
            Log = Brief(new LogSettings(), StageSteps),
            Checks = new CheckSettings { Count = 0 },
        };
        Stage[] stages =
        [
            new FinetuneStage(new FinetuneRecipe { Stage = settings, Data = [lessons], ValidationExamples = 20 }),
            new DpoStage(new DpoRecipe { Stage = settings, Data = [preferences], ValidationPairs = 20 }),
            new RewardStage(new RewardRecipe { Stage = settings, Data = [preferences], ValidationPairs = 20 }),
        ];
        foreach (Stage stage in stages)
        {
            yield return Compare(stage.Kind, Path.Combine(folder, stage.Kind), StageSteps, (run, stop, events) =>
            {
                using StageRun prepared = StageRun.Prepare(stage, run, [], events: events);
                return prepared.Train(stop);
            });
        }
    }

    /// <summary>A small model that has seen next to nothing, for what is to be proved of stages does not depend on what it knows.</summary>
    private static string Newborn(string text, string folder, int? threads)
    {
        var recipe = new PretrainRecipe
        {
            Data = new DataSettings { Paths = [text] },
            Tokenizer = new TokenizerSettings { Kind = TokenizerKind.Bytes, Vocabulary = 300 },
            Model = new ModelSettings { Layers = 2, Heads = 2, Channels = 32, Context = 512 },
            Batch = 1,
            Steps = 1,
            Threads = threads,
            Log = Brief(new LogSettings { EvaluationBatches = 1 }, steps: 1),
        };
        using Pretraining pretraining = Pretraining.Prepare(recipe, folder, []);
        pretraining.Train();
        return Pretraining.ModelFolder(folder);
    }

    private static LogSettings Brief(LogSettings log, int steps) =>
        log with { SampleInterval = 0, EvaluationInterval = steps, CheckpointInterval = 0, Keep = 1 };

    /// <summary>Trains in one go and in two, and compares.</summary>
    /// <param name="kind">What is trained.</param>
    /// <param name="folder">Below which it is.</param>
    /// <param name="steps">Steps in all.</param>
    /// <param name="train">Begins or continues a run in a folder, until it is done or asked to stop.</param>
    private static CheckResult Compare(
        string kind, string folder, int steps, Func<string, CancellationToken, IProgress<TrainingEvent>, TrainingOutcome> train)
    {
        string whole = Path.Combine(folder, "uninterrupted"), halves = Path.Combine(folder, "interrupted");
        if (Runs.Run.Exists(whole) || Runs.Run.Exists(halves))
            throw new GrimoireException($"{folder}: holds the runs of an earlier check, which would be found finished; delete it or choose another folder.");
        Train(whole, stopAt: null);
        Train(halves, stopAt: steps / 2);
        Train(halves, stopAt: null);
        string[] files = [.. Directory.EnumerateFiles(Final(whole), "*.safetensors").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];
        string? differs = files.FirstOrDefault(file => !SameBytes(Path.Combine(Final(whole), file), Path.Combine(Final(halves), file)));
        return new CheckResult(
            $"resume {kind}", differs is null,
            differs is null ? $"{steps} steps = {steps / 2} + {steps - (steps / 2)} steps, every bit of weights and optimizer"
                : $"{differs} differs after {steps} steps");

        void Train(string run, int? stopAt)
        {
            using var stop = new CancellationTokenSource();
            if (train(run, stop.Token, new StopAt(stopAt, stop)) != (stopAt is null ? TrainingOutcome.Finished : TrainingOutcome.Stopped))
                throw new InvalidOperationException($"the run of {steps} steps did not end where it should");
        }
    }

    private static string Final(string runFolder) => Runs.Run.Checkpoints(runFolder)[^1].Folder;

    private static bool SameBytes(string a, string b) => File.ReadAllBytes(a).AsSpan().SequenceEqual(File.ReadAllBytes(b));

    /// <summary>Asks to stop once a step is done.</summary>
    private sealed class StopAt(int? step, CancellationTokenSource stop) : IProgress<TrainingEvent>
    {
        public void Report(TrainingEvent value)
        {
            if (value is TrainingEvent.Stepped stepped && stepped.Step == step)
                stop.Cancel();
        }
    }
}
