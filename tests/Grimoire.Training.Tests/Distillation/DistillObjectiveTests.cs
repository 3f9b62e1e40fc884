using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Runs;
using Grimoire.Training.Tests.Rollouts;

namespace Grimoire.Training.Tests.Distillation;

public sealed class DistillObjectiveTests : IDisposable
{
    private static readonly DistillSettings Small = new() { Prompts = 4, Answers = 6, Minibatches = 2, MaxTokens = 8 };
    private readonly TinyTraining tiny = new();

    public void Dispose() => tiny.Dispose();

    [Fact]
    public void The_best_or_the_good_are_kept_and_none_where_all_are_equal()
    {
        var best = new DistillSettings();
        DistillSettings good = best with { Keep = KeptAnswers.Good };
        Assert.Equal([1], best.Kept([0, 2, 1, 2]));
        Assert.Equal([1, 3], good.Kept([0, 2, 1, 2]));
        Assert.Empty(best.Kept([1, 1]));
        Assert.Empty(good.Kept([1, 1]));
        Assert.Equal([0], (best with { Least = 1 }).Kept([1, 1]));
        Assert.Equal([0, 1], (good with { Least = 1 }).Kept([1, 1]));
        Assert.Empty((best with { Least = 1 }).Kept([0.5, 0.9]));
        Assert.Equal([2], (good with { Least = 1 }).Kept([0, 0.9, 1]));
    }

    [Fact]
    public void Nothing_is_learned_where_no_answer_is_good_enough()
    {
        LanguageModel model = TinyAnswers.Model();
        StepWork work = Objective(model, Small with { Least = 2 }).Prepare(new TrainerState(), new Workspace(Kernels.Simd));
        Assert.Equal((0, 0), (work.Passes, work.Tokens));
        Assert.Contains((Metric.Kept, 0.0), work.Metrics);
    }

    [Fact]
    public void The_reward_rises()
    {
        LanguageModel model = TinyAnswers.Model();
        using Run run = tiny.Run("rise");
        Trainer(run, model, Small with { Prompts = 5 }, 60).Train();
        double[] rewards = [.. Run.Metrics(run.Folder).Select(row => row[Metric.RolloutReward]).OfType<double>()];
        Assert.True(rewards[^1] > rewards[0] + 0.3, $"from {rewards[0]} to {rewards[^1]}");
    }

    [Fact]
    public void A_stopped_and_resumed_run_has_the_bits_of_an_uninterrupted_one() =>
        HalvedRun.AssertEqualsWhole(tiny, (run, model, events) => Trainer(run, model, Small, 12, events), resumedFrom: 6);

    private static DistillObjective Objective(LanguageModel model, DistillSettings settings) =>
        new(model.Transformer, TinyAnswers.Groups(model, settings.Answers, settings.Generation), settings, 8, seed: 5);

    private static Trainer Trainer(Run run, LanguageModel model, DistillSettings settings, int steps, Action<TrainingEvent>? events = null) => new(
        new Trainee(model), new AdamW(model.Transformer.Parameters, new AdamWOptions(), Kernels.Simd), new Schedule(ScheduleKind.Constant, 5e-3f, 0, 0, steps),
        Objective(model, settings), validation: null, run, new TrainerSettings { Steps = steps, LogInterval = 1, CheckpointInterval = 4 }, new Workspace(Kernels.Simd))
    {
        Progress = events is null ? null : new Listener<TrainingEvent>(events),
    };
}
