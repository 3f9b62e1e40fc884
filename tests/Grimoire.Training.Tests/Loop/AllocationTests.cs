using Grimoire.Models;
using Grimoire.Training.Data;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Tests.Loop;

public sealed class AllocationTests : IDisposable
{
    private readonly TinyTraining tiny = new();

    public void Dispose() => tiny.Dispose();

    /// <summary>A step keeps its tapes, pass and rows for the next. What is left are the tokens it draws and a few records, whatever the model.</summary>
    [Theory]
    [InlineData(false, SavedActivations.F32)]
    [InlineData(true, SavedActivations.F32)]
    [InlineData(false, SavedActivations.BF16)]
    public void A_step_allocates_little_but_its_tokens(bool recompute, SavedActivations saved)
    {
        LanguageModel model = tiny.Model();
        List<long> allocated = new(64);
        var settings = new TrainerSettings
        {
            Steps = 12,
            Dropout = 0.1f,
            Recompute = recompute,
            SavedActivations = saved,
            LogInterval = 0,
            EvaluationInterval = 0,
            CheckpointInterval = 0,
        };
        var steps = new Listener<TrainingEvent>(happened =>
        {
            if (happened is TrainingEvent.Stepped)
                allocated.Add(GC.GetAllocatedBytesForCurrentThread());
        });
        using Run run = tiny.Run("run");
        tiny.Trainer(model, run, settings, events: steps).Train();
        long[] each = [.. allocated.Zip(allocated.Skip(1), (before, after) => after - before)];
        Assert.InRange(each[4..^1].Max() - Drawing(), 0, 640);
    }

    private long Drawing()
    {
        SequenceSampler sampler = tiny.Windows;
        sampler.Draw(0, 4);
        long before = GC.GetAllocatedBytesForCurrentThread();
        sampler.Draw(0, 4);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
