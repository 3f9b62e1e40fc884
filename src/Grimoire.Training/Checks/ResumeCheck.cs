using Grimoire.Training.Recipes;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Checks;

/// <summary>Proves on the user's own recipe that a run that was stopped and continued gives the bits of one that was not.</summary>
public static class ResumeCheck
{
    /// <summary>
    /// Trains <paramref name="steps"/> steps at once, and again with a stop in the middle, both in folders below <paramref name="folder"/>, and compares
    /// every byte of weights and optimizer state.
    /// </summary>
    /// <exception cref="GrimoireException">The recipe or its text is at fault.</exception>
    public static CheckResult Run(PretrainRecipe recipe, string folder, int steps, IProgress<string>? progress = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 2);
        PretrainRecipe brief = recipe with
        {
            Steps = steps,
            Minutes = null,
            Optimizer = recipe.Optimizer with { Warmup = Math.Min(recipe.Optimizer.Warmup ?? steps / 10, steps / 2) },
            Log = recipe.Log with { SampleInterval = 0, EvaluationInterval = steps, CheckpointInterval = 0, Keep = 1 },
        };
        string whole = Path.Combine(folder, "uninterrupted"), halves = Path.Combine(folder, "interrupted");
        if (Runs.Run.Exists(whole) || Runs.Run.Exists(halves))
            throw new GrimoireException($"{folder}: holds the runs of an earlier check, which would be found finished; delete it or choose another folder.");
        progress?.Report($"{steps} steps at once");
        Train(brief, whole, stopAt: null);
        progress?.Report($"{steps / 2} steps, a stop, and the rest");
        Train(brief, halves, stopAt: steps / 2);
        Train(brief, halves, stopAt: null);
        string[] files = ["model.safetensors", "optimizer.safetensors"];
        string? differs = files.FirstOrDefault(f => !SameBytes(FinalFile(whole, f), FinalFile(halves, f)));
        return new CheckResult(
            "resume", differs is null,
            differs is null ? $"{steps} steps = {steps / 2} + {steps - (steps / 2)} steps, every bit of weights and optimizer"
                : $"{differs} differs after {steps} steps");
    }

    private static void Train(PretrainRecipe recipe, string folder, int? stopAt)
    {
        using var stop = new CancellationTokenSource();
        using Pretraining pretraining = Pretraining.Prepare(recipe, folder, [], events: new StopAt(stopAt, stop));
        if (pretraining.Train(stop.Token) != (stopAt is null ? TrainingOutcome.Finished : TrainingOutcome.Stopped))
            throw new InvalidOperationException($"the run of {recipe.Steps} steps did not end where it should");
    }

    private static string FinalFile(string runFolder, string file) => Path.Combine(Runs.Run.Checkpoints(runFolder)[^1].Folder, file);

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
