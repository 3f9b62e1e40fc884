using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Data;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Tests.Alignment;

public sealed class DpoObjectiveTests : IDisposable
{
    private readonly TinyTraining tiny = new();

    public static TheoryData<PreferenceLoss, double> FirstLosses => new()
    {
        { PreferenceLoss.Sigmoid, Math.Log(2) },
        { PreferenceLoss.Robust, Math.Log(2) },
        { PreferenceLoss.Hinge, 1 },
        { PreferenceLoss.Ipo, 25 },
    };

    public void Dispose() => tiny.Dispose();

    [Theory]
    [MemberData(nameof(FirstLosses))]
    public void The_first_loss_is_known(PreferenceLoss loss, double expected)
    {
        LanguageModel model = tiny.Model();
        StepWork work = Objective(model.Transformer, tiny.Model().Transformer, new() { Loss = loss, Smoothing = 0.1 }).Prepare(new(), new(Kernels.Simd));
        Assert.Equal(expected, Measure(work), 12);
        Assert.Equal(0.5, Value(work, Metric.RewardAccuracy));
        Assert.Equal(0, Value(work, Metric.RewardMargin));
        Assert.Equal(0, Value(work, Metric.RewardChosen));
    }

    [Theory]
    [InlineData(PreferenceLoss.Sigmoid, false)]
    [InlineData(PreferenceLoss.Sigmoid, true)]
    [InlineData(PreferenceLoss.Ipo, false)]
    [InlineData(PreferenceLoss.SimPo, false)]
    [InlineData(PreferenceLoss.Orpo, false)]
    public void The_gradient_is_a_central_difference(PreferenceLoss loss, bool perToken)
    {
        Transformer model = tiny.Model().Transformer, start = tiny.Model().Transformer;
        TinyPreferences.Disturb(model);
        DpoObjective objective = Objective(model, start, new() { Loss = loss, PerToken = perToken, SftWeight = 0.3 });
        GradientCheck.Run(model, () => objective.Prepare(new(), new Workspace(Kernels.Simd)));
    }

    [Fact]
    public void Two_passes_are_one_large_one()
    {
        float[][] Gradients(int batch, int accumulate)
        {
            Transformer model = tiny.Model().Transformer;
            TinyPreferences.Disturb(model);
            var objective = new DpoObjective(model, ReferencePolicy.Of(tiny.Model().Transformer), Pairs, new(), batch, accumulate, 3);
            GradientCheck.Backward(objective.Prepare(new(), new Workspace(Kernels.Simd)));
            return [.. model.Parameters.Select(p => p.Tensor.Grad!.ToArray<float>())];
        }

        foreach ((float[] one, float[] two) in Gradients(6, 1).Zip(Gradients(2, 3)))
        {
            for (int i = 0; i < one.Length; i++)
                Assert.Equal(one[i], two[i], 1e-5);
        }
    }

    [Fact]
    public void Training_sets_the_pairs_apart()
    {
        LanguageModel model = tiny.Model();
        using Run run = tiny.Run("r");
        Trainer(run, model, 60).Train();
        MetricRow last = Run.Metrics(run.Folder).Last(row => row[Metric.RewardAccuracy] is not null);
        Assert.Equal(1, last[Metric.RewardAccuracy]);
        Assert.True(last[Metric.RewardMargin] > 0.3, $"margin {last[Metric.RewardMargin]}");
        Assert.True(last[Metric.Loss] < 0.6);
        Assert.Equal(Math.Log(2), Run.Metrics(run.Folder)[0][Metric.Loss]!.Value, 6);
    }

    /// <summary>Stopped in the second epoch, where the first run remembers what the second has to compute again.</summary>
    [Fact]
    public void A_resumed_run_has_the_same_bits()
    {
        LanguageModel whole = tiny.Model();
        using (Run run = tiny.Run("whole"))
            Trainer(run, whole, 12).Train();
        using Run halves = tiny.Run("halves");
        using var stop = new CancellationTokenSource();
        Trainer(halves, tiny.Model(), 12, e =>
        {
            if (e.Step == 7)
                stop.Cancel();
        }).Train(stop.Token);
        string checkpoint = Checkpoint.Newest(halves.Folder)!;
        LanguageModel resumed = LanguageModel.Load(checkpoint, trainable: true);
        Trainer trainer = Trainer(halves, resumed, 12);
        trainer.Restore(checkpoint);
        Assert.Equal(7, trainer.State.Step);
        trainer.Train();
        Assert.Equal(TinyTraining.Weights(whole), TinyTraining.Weights(resumed));
    }

    [Fact]
    public void Rewards_of_losses_without_reference_are_likelihoods_per_token()
    {
        Assert.Equal(-2, new PreferenceSettings { Loss = PreferenceLoss.SimPo }.Reward(new(-3, 5, 3)));
        Assert.Equal(5 * -0.5, new PreferenceSettings { PerToken = true }.Reward(new(-3, -2, 2)));
        Assert.Equal(0.1 * -1, new PreferenceSettings().Reward(new(-3, -2, 2)));
    }

    private IReadOnlyList<(EncodedExample, EncodedExample)> Pairs => TinyPreferences.Pairs(tiny.Tokenizer.VocabularySize);

    private static double Measure(StepWork work)
    {
        var workspace = new Workspace(Kernels.Simd);
        return Enumerable.Range(0, work.Passes).Sum(pass =>
        {
            workspace.Reset();
            return work.Loss(pass, workspace, default).Value;
        });
    }

    private static double Value(StepWork work, string name) => work.Metrics.Single(metric => metric.Name == name).Value;

    private DpoObjective Objective(Transformer model, Transformer start, PreferenceSettings settings) =>
        new(model, ReferencePolicy.Of(start), Pairs, settings, batch: 2, accumulate: 2, seed: 3);

    private Trainer Trainer(Run run, LanguageModel model, int steps, Action<TrainingEvent>? events = null) =>
        new(
            new Trainee(model), new AdamW(model.Transformer.Parameters, new AdamWOptions(), Kernels.Simd), new Schedule(ScheduleKind.Constant, 1e-3f, 0, 0, steps),
            Objective(model.Transformer, tiny.Model().Transformer, new()), validation: null, run, new TrainerSettings { Steps = steps, LogInterval = 1 },
            new Workspace(Kernels.Simd))
        {
            Progress = events is null ? null : new Listener<TrainingEvent>(events),
        };
}
