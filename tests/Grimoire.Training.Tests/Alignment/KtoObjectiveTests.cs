using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Data;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Tests.Alignment;

public sealed class KtoObjectiveTests : IDisposable
{
    private static readonly PreferenceSettings Settings = new() { Loss = PreferenceLoss.Kto };
    private readonly TinyTraining tiny = new();

    public void Dispose() => tiny.Dispose();

    [Fact]
    public void At_the_start_every_answer_costs_half_its_weight()
    {
        StepWork work = Objective(tiny.Model().Transformer, Settings with { GoodWeight = 1, BadWeight = 1 }).Prepare(new(), new(Kernels.Simd));
        Assert.Equal(0.5, Enumerable.Range(0, work.Passes).Sum(pass => work.Loss(pass, new Workspace(Kernels.Simd), default).Value), 12);
        Assert.Equal(0, work.Metrics.Single(metric => metric.Name == Metric.ReferencePoint).Value);
    }

    /// <summary>The reference point is not differentiated, so it is held while the weights move.</summary>
    [Fact]
    public void The_gradient_is_a_central_difference()
    {
        Transformer model = tiny.Model().Transformer;
        TinyPreferences.Disturb(model);
        KtoObjective objective = Objective(model, Settings);
        StepWork work = objective.Prepare(new(), new(Kernels.Simd));
        GradientCheck.Run(model, () => work);
    }

    [Fact]
    public void Good_and_bad_answers_weigh_alike_as_a_whole()
    {
        (EncodedExample, bool)[] examples = [.. Enumerable.Range(0, 12).Select(i => (Examples[0].Answer, i % 4 != 0))];
        Assert.Equal((1, 3), KtoObjective.Weights(Settings, examples));
        Assert.Equal((0.5, 3), KtoObjective.Weights(Settings with { GoodWeight = 0.5 }, examples));
        Assert.Equal((1, 1), KtoObjective.Weights(Settings, [examples[0]]));
    }

    [Fact]
    public void Training_tells_good_from_bad()
    {
        LanguageModel model = tiny.Model();
        using Run run = tiny.Run("r");
        new Trainer(
            new Trainee(model), new AdamW(model.Transformer.Parameters, new AdamWOptions(), Kernels.Simd), new Schedule(ScheduleKind.Constant, 1e-3f, 0, 0, 60),
            Objective(model.Transformer, Settings), validation: null, run, new TrainerSettings { Steps = 60, LogInterval = 1 }, new Workspace(Kernels.Simd)).Train();
        double[] margins = [.. Run.Metrics(run.Folder).Select(row => row[Metric.RewardMargin]).OfType<double>()];
        Assert.True(margins[^5..].Average() > 0.3, $"margins end at {margins[^5..].Average()}");
    }

    private IReadOnlyList<(EncodedExample Answer, bool Good)> Examples => TinyPreferences.Labelled(tiny.Tokenizer.VocabularySize);

    private KtoObjective Objective(Transformer model, PreferenceSettings settings) =>
        new(model, ReferencePolicy.Of(tiny.Model().Transformer), Examples, settings, batch: 4, accumulate: 2, seed: 3);
}
