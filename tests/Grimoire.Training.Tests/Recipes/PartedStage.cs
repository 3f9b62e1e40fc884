using Grimoire.Training.Recipes;

namespace Grimoire.Training.Tests.Recipes;

/// <summary>A stage that is stopped and continued, beside the same one that is not.</summary>
internal static class PartedStage
{
    /// <summary>Trains in the folders "whole" and "parted" of a scratch; the files of both models must be equal to the byte.</summary>
    /// <param name="scratch">Where the folders are.</param>
    /// <param name="prepare">Prepares a run in a folder.</param>
    /// <param name="stopAfter">The step after which it is asked to stop.</param>
    /// <param name="resumedFrom">The step from which it goes on.</param>
    /// <param name="files">The models' files.</param>
    public static void AssertEqualsWhole(
        Scratch scratch, Func<string, IProgress<TrainingEvent>?, StageRun> prepare, int stopAfter, int resumedFrom, params ReadOnlySpan<string> files)
    {
        using (StageRun whole = prepare("whole", null))
            whole.Train();
        using (var stop = new CancellationTokenSource())
        {
            using StageRun parted = prepare("parted", new Listener<TrainingEvent>(e =>
            {
                if (e is TrainingEvent.Stepped && e.Step == stopAfter)
                    stop.Cancel();
            }));
            Assert.Equal(TrainingOutcome.Stopped, parted.Train(stop.Token));
        }

        using (StageRun rest = prepare("parted", null))
        {
            Assert.Equal(resumedFrom, rest.Plan.ResumedFrom);
            rest.Train();
        }

        foreach (string file in files)
            Assert.Equal(File.ReadAllBytes(scratch[$"whole/model/{file}"]), File.ReadAllBytes(scratch[$"parted/model/{file}"]));
    }
}
