using Grimoire.Models;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Tests.Rollouts;

/// <summary>A run of <see cref="TinyAnswers"/> that is stopped after five steps and continued, beside one that is not.</summary>
internal static class HalvedRun
{
    /// <summary>Both must end with equal weights.</summary>
    /// <param name="tiny">Where the runs are.</param>
    /// <param name="trainer">Makes the trainer of a model in a run, who tells what happens.</param>
    /// <param name="resumedFrom">The step from which it goes on.</param>
    public static void AssertEqualsWhole(TinyTraining tiny, Func<Run, LanguageModel, Action<TrainingEvent>?, Trainer> trainer, int resumedFrom)
    {
        LanguageModel whole = TinyAnswers.Model();
        using (Run run = tiny.Run("whole"))
            trainer(run, whole, null).Train();

        using Run halves = tiny.Run("halves");
        using var stop = new CancellationTokenSource();
        trainer(halves, TinyAnswers.Model(), e =>
        {
            if (e.Step == 5)
                stop.Cancel();
        }).Train(stop.Token);
        string checkpoint = Checkpoint.Newest(halves.Folder)!;
        LanguageModel resumed = LanguageModel.Load(checkpoint, trainable: true);
        Trainer rest = trainer(halves, resumed, null);
        rest.Restore(checkpoint);
        Assert.Equal(resumedFrom, rest.State.Step);
        rest.Train();
        Assert.Equal(TinyTraining.Weights(whole), TinyTraining.Weights(resumed));
    }
}
