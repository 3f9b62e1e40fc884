using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Rewards;
using Grimoire.Training.Runs;
using Grimoire.Training.Tests.Rollouts;

namespace Grimoire.Training.Tests.Grpo;

public sealed class GrpoObjectiveTests : IDisposable
{
    private static readonly GrpoSettings Small = new() { Prompts = 4, Group = 6, MaxTokens = 8 };
    private readonly TinyTraining tiny = new();

    public void Dispose() => tiny.Dispose();

    [Theory]
    [InlineData(EqualGroups.Skip, 0)]
    [InlineData(EqualGroups.Keep, 4)]
    [InlineData(EqualGroups.Resample, 0)]
    public void Equal_rewards_give_a_gradient_of_zero(EqualGroups equal, int kept)
    {
        LanguageModel model = TinyAnswers.Model();
        var same = new RewardSum([(1, Reward.Of("same", (_, _) => 0.3))]);
        StepWork work = Objective(model, Small with { EqualGroups = equal }, same).Prepare(new TrainerState(), new Workspace(Kernels.Simd));
        Assert.All(Gradients(model, work), gradient => Assert.All(gradient, x => Assert.Equal(0, x)));
        Assert.Equal(kept > 0, work.Passes > 0);
        Assert.Equal(equal == EqualGroups.Resample ? 16 : 4, work.Sequences);
        Assert.Equal(0, Metric(work, Training.Runs.Metric.MixedGroups));
        Assert.Equal(0.3, Metric(work, Training.Runs.Metric.RolloutReward), 12);
    }

    [Fact]
    public void The_first_ratio_is_one()
    {
        LanguageModel model = TinyAnswers.Model();
        StepWork work = Objective(model, Small with { Scale = AdvantageScale.None }).Prepare(new TrainerState(), new Workspace(Kernels.Simd));
        double loss = 0;
        Gradients(model, work, value => loss += value);

        // With every ratio 1 the loss is −Σ A·length / Σ length; were it not, the tight bounds would clip.
        Assert.Equal(0, Metric(work, Training.Runs.Metric.ClipFraction));
        StepWork tight = Objective(model, Small with { Scale = AdvantageScale.None, Clip = 1e-4, ClipHigh = 1e-4 }).Prepare(new TrainerState(), new Workspace(Kernels.Simd));
        double held = 0;
        Gradients(model, tight, value => held += value);
        Assert.Equal(0, Metric(tight, Training.Runs.Metric.ClipFraction));
        Assert.Equal(loss, held, 12);
    }

    [Fact]
    public void Passes_of_one_answer_add_up_to_one_pass_of_all()
    {
        LanguageModel model = TinyAnswers.Model();
        float[][] one = Gradients(model, Objective(model, Small, batch: 64).Prepare(new TrainerState(), new Workspace(Kernels.Simd)));
        StepWork single = Objective(model, Small, batch: 1).Prepare(new TrainerState(), new Workspace(Kernels.Simd));
        Assert.True(single.Passes > 10, "there is something to add up");
        float[][] many = Gradients(model, single);
        for (int p = 0; p < one.Length; p++)
            Assert.All(one[p].Zip(many[p]), pair => Assert.Equal(pair.First, pair.Second, 2e-5f));
        Assert.Contains(one, gradient => gradient.Any(x => Math.Abs(x) > 1e-3));
    }

    [Fact]
    public void Preparing_twice_draws_the_same_and_the_next_round_other_prompts()
    {
        LanguageModel model = TinyAnswers.Model();
        GrpoObjective objective = Objective(model, Small with { Minibatches = 2, Epochs = 2 });
        var workspace = new Workspace(Kernels.Simd);
        float[][] first = Gradients(model, objective.Prepare(new TrainerState(), workspace)), again = Gradients(model, objective.Prepare(new TrainerState(), workspace));
        Assert.Equal(first, again);
        Assert.Equal(4, objective.Round);
        Assert.Equal([4, 0, 0, 0, 4], Enumerable.Range(0, 5).Select(step => objective.Prepare(new TrainerState { Step = step }, workspace).Sequences));
        Assert.NotEqual(first, Gradients(model, objective.Prepare(new TrainerState { Step = 4, Sequences = 4 }, workspace)));
    }

    [Fact]
    public void Minibatches_part_a_rounds_answers()
    {
        LanguageModel model = TinyAnswers.Model();
        var workspace = new Workspace(Kernels.Simd);
        int whole = Objective(model, Small).Prepare(new TrainerState(), workspace).Tokens;
        GrpoObjective parted = Objective(model, Small with { Minibatches = 3 });
        int[] parts = [.. Enumerable.Range(0, 3).Select(step => parted.Prepare(new TrainerState { Step = step }, workspace).Tokens)];
        Assert.Equal(whole, parts.Sum());
        Assert.All(parts, part => Assert.True(part > 0));
    }

    [Fact]
    public void Masked_answers_are_not_learned_but_count_in_their_group()
    {
        LanguageModel model = TinyAnswers.Model();
        var workspace = new Workspace(Kernels.Simd);
        GrpoSettings keep = Small with { EqualGroups = EqualGroups.Keep };
        StepWork all = Objective(model, keep).Prepare(new TrainerState(), workspace), masked = Objective(model, keep with { MaskTruncated = true }).Prepare(new TrainerState(), workspace);
        Assert.InRange(masked.Tokens, 1, all.Tokens - 1);
        Assert.Equal(Metric(all, Training.Runs.Metric.RolloutReward), Metric(masked, Training.Runs.Metric.RolloutReward));
    }

    [Fact]
    public void The_reward_rises()
    {
        LanguageModel model = TinyAnswers.Model();
        using Run run = tiny.Run("rise");
        Trainer trainer = Trainer(run, model, Small with { Prompts = 5, Epochs = 2 }, steps: 60);
        trainer.Train();
        double[] rewards = [.. Run.Metrics(run.Folder).Select(row => row[Training.Runs.Metric.RolloutReward]).OfType<double>()];
        Assert.True(rewards[^1] > rewards[0] + 0.3, $"from {rewards[0]} to {rewards[^1]}");
    }

    [Fact]
    public void A_stopped_and_resumed_run_has_the_bits_of_an_uninterrupted_one()
    {
        GrpoSettings settings = Small with { Minibatches = 2, EqualGroups = EqualGroups.Resample };
        HalvedRun.AssertEqualsWhole(tiny, (run, model, events) => Trainer(run, model, settings, 12, events), resumedFrom: 6);
    }

    [Fact]
    public void Asked_to_stop_while_answers_are_drawn_it_saves_and_ends_with_equal_bits_all_the_same()
    {
        GrpoSettings settings = Small with { EqualGroups = EqualGroups.Resample };
        LanguageModel whole = TinyAnswers.Model();
        using (Run run = tiny.Run("whole"))
            Trainer(run, whole, settings, 6).Train();

        // The reward of the fourth round asks to stop, and as groups are missing the round draws on.
        using Run halves = tiny.Run("halves");
        using var stop = new CancellationTokenSource();
        Trainer? first = null;
        var asking = new RewardSum([(1, Reward.Of("asking", (prompt, answer) =>
        {
            if (first!.State.Step == 3)
                stop.Cancel();
            return first.State.Step == 3 ? 0 : TinyAnswers.Share(answer);
        }))]);
        first = Trainer(halves, TinyAnswers.Model(), settings, 6, reward: asking);
        Assert.Equal(TrainingOutcome.Stopped, first.Train(stop.Token));
        Assert.Equal(3, first.State.Step);
        string checkpoint = Checkpoint.Newest(halves.Folder)!;
        LanguageModel resumed = LanguageModel.Load(checkpoint, trainable: true);
        Trainer trainer = Trainer(halves, resumed, settings, 6);
        trainer.Restore(checkpoint);
        Assert.Equal(3, trainer.State.Step);
        trainer.Train();
        Assert.Equal(TinyTraining.Weights(whole), TinyTraining.Weights(resumed));
    }

    private static GrpoObjective Objective(LanguageModel model, GrpoSettings settings, RewardSum? reward = null, int batch = 8) =>
        new(model.Transformer, null, TinyAnswers.Groups(model, settings.Group, settings.Generation, reward), settings, batch, seed: 5);

    private static Trainer Trainer(Run run, LanguageModel model, GrpoSettings settings, int steps, Action<TrainingEvent>? events = null, RewardSum? reward = null) => new(
        new Trainee(model), new AdamW(model.Transformer.Parameters, new AdamWOptions(), Kernels.Simd), new Schedule(ScheduleKind.Constant, 5e-3f, 0, 0, steps),
        Objective(model, settings, reward), validation: null, run, new TrainerSettings { Steps = steps, LogInterval = 1, CheckpointInterval = 4 }, new Workspace(Kernels.Simd))
    {
        Progress = events is null ? null : new Listener<TrainingEvent>(events),
    };

    private static double Metric(StepWork work, string name) => work.Metrics.Single(metric => metric.Name == name).Value;

    /// <summary>The gradients of a step, and the values of its losses.</summary>
    private static float[][] Gradients(LanguageModel model, StepWork work, Action<double>? losses = null)
    {
        var tape = new Tape();
        var workspace = new Workspace(Kernels.Simd, tape);
        for (int pass = 0; pass < work.Passes; pass++)
        {
            workspace.Reset();
            PassLoss loss = work.Loss(pass, workspace, default);
            losses?.Invoke(loss.Value);
            tape.Backward(loss.Root, loss.Scale);
        }

        float[][] gradients = [.. model.Transformer.Parameters.Select(p => p.Tensor.Grad is { } g ? g.ToArray<float>() : new float[p.Tensor.Shape.Count])];
        foreach (Parameter parameter in model.Transformer.Parameters)
        {
            if (parameter.Tensor.Grad is { } gradient)
                Kernels.Simd.Fill(gradient, 0);
        }

        return gradients;
    }
}
