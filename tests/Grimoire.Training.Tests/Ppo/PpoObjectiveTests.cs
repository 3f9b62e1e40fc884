using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Data;
using Grimoire.Training.Rewards;
using Grimoire.Training.Rollouts;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Tests.Ppo;

public sealed class PpoObjectiveTests : IDisposable
{
    private static readonly PpoSettings Small = new() { Answers = 12, Epochs = 2, Minibatches = 3, MaxTokens = 6, MissingEnd = 0 };
    private readonly TinyTraining tiny = new();

    public void Dispose() => tiny.Dispose();

    [Fact]
    public void At_first_all_ratios_are_one_and_the_policy_is_its_reference()
    {
        Setting at = Begin(Small);
        var step = (PpoStep)at.Objective.Prepare(new TrainerState(), at.Workspace);
        Assert.Equal(6, at.Objective.Round);
        for (int pass = 0; pass < step.Passes; pass++)
        {
            at.Workspace.Reset();
            TrainingBatch packed = TrainingBatch.Of([.. step.Answers(pass).Select(a => a.Encoded)]);
            PolicyReading reading = PolicyReading.Of(at.Model.Transformer, at.Trainee.Heads[0], packed, at.Workspace);
            float[] now = reading.LogProbabilities.ToArray<float>(), old = [.. step.Answers(pass).SelectMany(a => a.LogProbabilities)];
            Assert.All(now.Zip(old), p => Assert.Equal(0, p.First - p.Second, 1e-6f));
        }

        Assert.Equal(0, Value(step, Metric.Kl));
        Assert.Equal(0, Value(step, Metric.ClipFraction));
        Assert.Equal(0.05, Value(step, Metric.Beta));
        Assert.InRange(Value(step, Metric.ResponseLength), 1, 6);
        Assert.InRange(Value(step, Metric.Entropy), 0, Math.Log(tiny.Tokenizer.VocabularySize));
    }

    [Fact]
    public void The_first_loss_is_that_of_the_advantages_and_returns()
    {
        Setting at = Begin(Small with { WhitenAdvantages = false });
        var step = (PpoStep)at.Objective.Prepare(new TrainerState(), at.Workspace);
        // Ratios are 1 and values are the mean reward, so the policy's loss is −A and the value's ½·A².
        PpoAnswer[] answers = [.. Enumerable.Range(0, step.Passes).SelectMany(step.Answers)];
        Assert.All(answers.SelectMany(a => a.Values), v => Assert.Equal(Value(step, Metric.Reward), v, 1e-5));
        Assert.Equal(answers.SelectMany(a => a.Advantages).Average(a => (0.5 * Small.ValueWeight * a * a) - a), Total(step, at.Workspace), 1e-5);
    }

    [Fact]
    public void Gradients_are_central_differences()
    {
        // Of the policy's loss alone: no gradient of the values reaches the policy.
        (Setting at, StepWork work) = Moved(Small with { Entropy = 0.01, ValueWeight = 0 });
        foreach (Parameter parameter in at.Model.Transformer.Parameters.Where((_, i) => i % 3 == 0))
            AssertSlope(parameter, work, at);
        (at, work) = Moved(Small with { ValueClip = null });
        foreach (Parameter parameter in at.Trainee.Heads[0].Parameters)
            AssertSlope(parameter, work, at);
    }

    [Fact]
    public void The_values_leave_the_policy_alone()
    {
        float[] Of(double weight)
        {
            (Setting at, _) = Moved(Small with { ValueWeight = weight });
            return [.. at.Model.Transformer.Parameters.SelectMany(p => p.Tensor.Grad!.ToArray<float>())];
        }

        Assert.Equal(Of(0), Of(10));
    }

    [Fact]
    public void Passes_of_any_size_add_up_to_the_same_gradient()
    {
        float[] Of(int batch)
        {
            Setting at = Begin(Small, batch: batch);
            Gradients(at.Objective.Prepare(new TrainerState(), at.Workspace), at);
            return [.. at.Trainee.Parameters.SelectMany(p => p.Tensor.Grad!.ToArray<float>())];
        }

        float[] one = Of(1);
        Assert.True(one.Max(Math.Abs) > 1e-3);
        foreach (int batch in (int[])[3, 100])
            Assert.All(one.Zip(Of(batch)), p => Assert.Equal(p.First, p.Second, 1e-5f));
    }

    [Fact]
    public void Without_reward_nothing_moves()
    {
        Setting at = Begin(Small, Reward.Of("nothing", (_, _) => 0));
        float[][] before = TinyTraining.Weights(at.Model);
        Train(at, "unmoved", rounds: 2);
        Assert.Equal(before, TinyTraining.Weights(at.Model));
        Assert.All(at.Trainee.Heads[0].Weight.ToArray<float>(), w => Assert.Equal(0, w));
    }

    [Fact]
    public void It_learns_what_is_rewarded_and_a_high_price_keeps_it_home()
    {
        (double Reward, double Kl) Trained(double kl)
        {
            Setting at = Begin(Small with { Answers = 24, Kl = kl });
            string name = $"kl{kl}";
            Train(at, name, rounds: 12);
            MetricRow last = Run.Metrics(tiny.Folder(name))[^1];
            return (last[Metric.Reward]!.Value, last[Metric.Kl]!.Value);
        }

        double start = Value(Begin(Small with { Answers = 24 }).Objective.Prepare(new TrainerState(), new Workspace(Kernels.Simd)), Metric.Reward);
        (double reward, double divergence) = Trained(0.01);
        (double dearReward, double dearDivergence) = Trained(3);
        Assert.True(reward > start + 1.5, $"{start} to {reward}");
        Assert.InRange(dearDivergence, -0.5, divergence / 2);
        Assert.True(dearReward < reward);
    }

    [Fact]
    public void Resumed_is_uninterrupted()
    {
        PpoSettings settings = Small with { KlTarget = 0.5, KlHorizon = 60 };
        Setting whole = Begin(settings);
        Train(whole, "whole", rounds: 4);

        Setting first = Begin(settings);
        using (Run run = tiny.Run("parts"))
            Trainer(first, run, 2).Train();
        string checkpoint = Checkpoint.Newest(tiny.Folder("parts"))!;
        LanguageModel model = LanguageModel.Load(checkpoint, trainable: true);
        Setting second = Begin(settings, model: model, value: Head.Read(Path.Combine(checkpoint, Trainee.HeadsFile), trainable: true)[0]);
        using (Run run = Run.Resume(tiny.Folder("parts"), Small.Epochs * Small.Minibatches * 2))
        {
            Trainer trainer = Trainer(second, run, 4);
            trainer.Restore(checkpoint);
            Assert.Equal(first.Objective.Memory, second.Objective.Memory);
            trainer.Train();
        }

        Assert.Equal(TinyTraining.Weights(whole.Model), TinyTraining.Weights(second.Model));
        Assert.Equal(whole.Trainee.Heads[0].Weight.ToArray<float>(), second.Trainee.Heads[0].Weight.ToArray<float>());
        Assert.NotEqual(settings.Kl, whole.Objective.Memory[Metric.Beta]);
        Assert.Equal(whole.Objective.Memory, second.Objective.Memory);
    }

    [Fact]
    public void A_round_drawn_again_is_the_same_and_the_price_moves_once()
    {
        Setting at = Begin(Small with { KlTarget = 0.5, KlHorizon = 60 });
        double first = Total(at.Objective.Prepare(new TrainerState(), at.Workspace), at.Workspace), price = at.Objective.Memory[Metric.Beta];
        StepWork again = at.Objective.Prepare(new TrainerState(), at.Workspace);
        Assert.Equal(first, Total(again, at.Workspace));
        Assert.Equal(Small.Kl, Value(again, Metric.Beta));
        // No KL at the start: the price falls by 0.2 · 12 / 60.
        Assert.Equal(Small.Kl * (1 - 0.04), price, 1e-12);
        Assert.Equal(price, at.Objective.Memory[Metric.Beta]);
        StepWork next = at.Objective.Prepare(new TrainerState { Step = at.Objective.Round, Sequences = Small.Answers }, at.Workspace);
        Assert.Equal(price, Value(next, Metric.Beta), 1e-12);
    }

    private static PromptExample Prompt(string text) => new(new Passage(text), []);

    /// <summary>The letters a of an answer.</summary>
    private static Reward Letters => Reward.Of("letters", (_, answer) => answer.Count(c => c == 'a'));

    private Setting Begin(PpoSettings settings, Reward? reward = null, LanguageModel? model = null, Head? value = null, int batch = 4)
    {
        model ??= tiny.Model();
        string start = tiny.Folder("start");
        if (!Directory.Exists(start))
            tiny.Model().Save(start, DType.F32);
        var trainee = new Trainee(model, value ?? new Head(PpoObjective.ValueHead, 1, model.Config.Channels, bias: true));
        var sampler = new RolloutSampler(model, new ExampleEncoder(model.Tokenizer, null, TinyTraining.Context), Kernels.Simd);
        var objective = new PpoObjective(
            trainee, ReferencePolicy.Of(trainee, start), [.. "abcde".Select(c => Prompt($"{c}b"))], sampler, reward ?? Letters, settings, batch, seed: 5);
        return new Setting(model, trainee, objective, new Workspace(Kernels.Simd));
    }

    private Trainer Trainer(Setting at, Run run, int rounds)
    {
        var settings = new TrainerSettings { Steps = rounds * at.Objective.Round, EvaluationInterval = 0, LogInterval = at.Objective.Round };
        var optimizer = new AdamW(at.Trainee.Parameters, new AdamWOptions(Decay: 0), Kernels.Simd);
        return new Trainer(at.Trainee, optimizer, new Schedule(ScheduleKind.Constant, 3e-3f, 3e-3f, 0, 1000), at.Objective, null, run, settings, at.Workspace);
    }

    private void Train(Setting at, string name, int rounds)
    {
        using Run run = tiny.Run(name);
        Trainer(at, run, rounds).Train();
    }

    /// <summary>A step away from the start, where ratios are not 1 and values not 0, with its gradients.</summary>
    private (Setting At, StepWork Work) Moved(PpoSettings settings)
    {
        Setting at = Begin(settings);
        StepWork work = at.Objective.Prepare(new TrainerState(), at.Workspace);
        Nudge(at.Model.Transformer.Blocks[1].Attention.Query.Weight, 0.05f);
        Nudge(at.Trainee.Heads[0].Weight, 0.3f);
        Gradients(work, at);
        return (at, work);
    }

    /// <summary>The steepest entry of a gradient against the change of the loss.</summary>
    private static void AssertSlope(Parameter parameter, StepWork work, Setting at)
    {
        const float H = 2e-3f;
        float[] gradient = parameter.Tensor.Grad!.ToArray<float>();
        int steepest = Enumerable.Range(0, gradient.Length).MaxBy(i => Math.Abs(gradient[i]));
        double Loss(float by)
        {
            parameter.Tensor.Span<float>()[steepest] += by;
            double loss = Total(work, at.Workspace);
            parameter.Tensor.Span<float>()[steepest] -= by;
            return loss;
        }

        double slope = (Loss(H) - Loss(-H)) / (2 * H);
        // The losses are sums in F32, and the surrogate has corners.
        Assert.Equal(slope, gradient[steepest], 0.02 * Math.Max(0.05, Math.Abs(slope)));
    }

    private static void Nudge(Tensor weight, float by)
    {
        Span<float> values = weight.Span<float>();
        for (int i = 0; i < values.Length; i++)
            values[i] += by * (float)CountedRandom.Normal(11, (ulong)i);
    }

    private static double Value(StepWork work, string metric) => work.Metrics.Single(m => m.Name == metric).Value;

    private static double Total(StepWork work, Workspace workspace)
    {
        double sum = 0;
        for (int pass = 0; pass < work.Passes; pass++)
        {
            workspace.Reset();
            sum += work.Loss(pass, workspace, default).Value;
        }

        return sum;
    }

    private static void Gradients(StepWork work, Setting at)
    {
        var tape = new Tape();
        for (int pass = 0; pass < work.Passes; pass++)
        {
            at.Workspace.Exchange(tape);
            at.Workspace.Reset();
            PassLoss loss = work.Loss(pass, at.Workspace, default);
            tape.Backward(loss.Root, loss.Scale);
            at.Workspace.Exchange(null);
        }
    }

    private sealed record Setting(LanguageModel Model, Trainee Trainee, PpoObjective Objective, Workspace Workspace);
}
