using Grimoire.Models;
using Grimoire.Tensors;

namespace Grimoire.Training.Tests.RewardModeling;

public sealed class RewardObjectiveTests
{
    [Fact]
    public void The_first_loss_under_a_new_head_is_ln_2()
    {
        (RewardModel model, RewardPair[] pairs) = Small();
        StepWork work = new RewardObjective(model, pairs, seed: 1, batch: 4, accumulate: 2, centering: 0.01).Prepare(new TrainerState(), new Workspace(Kernels.Simd));
        Assert.Equal(2, work.Passes);
        Assert.Equal(8, work.Sequences);
        Assert.Equal(Math.Log(2), Enumerable.Range(0, 2).Sum(pass => work.Loss(pass, new Workspace(Kernels.Simd), default).Value), 12);
    }

    [Fact]
    public void Accumulated_passes_are_one_large_pass()
    {
        (RewardModel model, RewardPair[] pairs) = Small();
        Draw(model.Score);
        float[][] apart = Gradients(model, new RewardObjective(model, pairs, 1, batch: 1, accumulate: 8, centering: 0.1));
        float[][] together = Gradients(model, new RewardObjective(model, pairs, 1, batch: 8, centering: 0.1));
        Assert.Equal(apart.Length, together.Length);
        for (int i = 0; i < apart.Length; i++)
            Assert.All(apart[i].Zip(together[i]), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
        Assert.Contains(apart, gradient => gradient.Any(g => Math.Abs(g) > 1e-3));
    }

    [Fact]
    public void Gradients_are_central_differences_of_the_loss()
    {
        (RewardModel model, RewardPair[] pairs) = Small();
        Draw(model.Score);
        var objective = new RewardObjective(model, [.. pairs.Select((pair, i) => pair with { Margin = 0.3 * i })], 1, batch: 4, centering: 0.05);
        Gradients(model, objective);
        foreach (Tensor weight in new[] { model.Score.Weight, model.Model.Transformer.Parameters[3].Tensor })
        {
            float gradient = weight.Grad!.Span<float>()[2];
            double Moved(float by)
            {
                weight.Span<float>()[2] += by;
                double loss = objective.Prepare(new TrainerState(), new Workspace(Kernels.Reference)).Loss(0, new Workspace(Kernels.Reference), default).Value;
                weight.Span<float>()[2] -= by;
                return loss;
            }

            Assert.Equal((Moved(1e-2f) - Moved(-1e-2f)) / 2e-2, gradient, 2e-4);
        }
    }

    [Fact]
    public void Every_pair_comes_once_an_epoch_in_an_order_of_its_own()
    {
        (RewardModel model, RewardPair[] pairs) = Small();
        var objective = new RewardObjective(model, pairs, seed: 3, batch: 8);
        double[] sums = [.. new long[] { 0, 8, 16 }.Select(cursor => Tokens(objective, cursor))];
        Assert.All(sums, sum => Assert.Equal(pairs.Sum(pair => pair.Chosen.Length + pair.Rejected.Length), sum));
        double First(long cursor) => new RewardObjective(model, pairs, 3, batch: 1).Prepare(new TrainerState { Sequences = cursor }, new Workspace(Kernels.Simd)).Tokens;
        Assert.NotEqual(Enumerable.Range(0, 8).Select(i => First(i)), Enumerable.Range(8, 8).Select(i => First(i)));

        static double Tokens(RewardObjective objective, long cursor) =>
            objective.Prepare(new TrainerState { Sequences = cursor }, new Workspace(Kernels.Simd)).Tokens;
    }

    [Fact]
    public void It_learns_what_tells_good_from_bad()
    {
        (RewardModel model, RewardPair[] pairs) = Small();
        var parameters = model.Score.Parameters.Concat(model.Model.Transformer.Parameters).ToArray();
        var optimizer = new AdamW(parameters, new AdamWOptions(), Kernels.Simd);
        var objective = new RewardObjective(model, pairs, 1, batch: 8);
        for (int step = 0; step < 60; step++)
        {
            Gradients(model, objective, step * 8);
            optimizer.Step(3e-3f, 1);
            optimizer.ZeroGradients();
        }

        ValidationResult found = new RewardValidation(model, pairs, LengthBaseline.Fit(pairs)).Measure(new Workspace(Kernels.Simd));
        Assert.Equal(1, found["accuracy"]);
        Assert.True(found.Loss < 0.1, $"{found.Loss}");
    }

    /// <summary>Good answers end with 7, bad ones with 9.</summary>
    private static (RewardModel Model, RewardPair[] Pairs) Small()
    {
        LanguageModel model = LetterModels.Chatting();
        model.Transformer.SetTrainable(true);
        RewardPair[] pairs = [.. Enumerable.Range(0, 8).Select(i =>
        {
            int[] prompt = [.. Enumerable.Range(0, 3 + i).Select(t => 20 + ((5 * i * t) % 17))];
            return new RewardPair([.. prompt, 7], [.. prompt, 11, 9], 1, 2);
        })];
        return (new RewardModel(model, new Head("score", 1, model.Config.Channels)), pairs);
    }

    private static void Draw(Head head)
    {
        Span<float> weight = head.Weight.Span<float>();
        for (int i = 0; i < weight.Length; i++)
            weight[i] = (float)CountedRandom.Normal(9, (ulong)i);
    }

    private static float[][] Gradients(RewardModel model, RewardObjective objective, long cursor = 0)
    {
        Parameter[] all = [.. model.Score.Parameters, .. model.Model.Transformer.Parameters];
        foreach (Parameter parameter in all)
            parameter.Tensor.Grad = null;
        var tape = new Tape();
        StepWork work = objective.Prepare(new TrainerState { Sequences = cursor }, new Workspace(Kernels.Simd));
        for (int pass = 0; pass < work.Passes; pass++)
        {
            var workspace = new Workspace(Kernels.Simd, tape);
            workspace.Reset();
            PassLoss loss = work.Loss(pass, workspace, default);
            tape.Backward(loss.Root, loss.Scale);
        }

        return [.. all.Select(parameter => parameter.Tensor.Grad?.ToArray<float>() ?? [])];
    }
}
