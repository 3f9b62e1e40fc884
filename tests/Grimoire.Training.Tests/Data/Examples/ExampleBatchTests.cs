using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Data;

namespace Grimoire.Training.Tests.Data.Examples;

/// <summary>Examples in batches: packed without cross-talk, weighted by trained tokens, and drawn by a cursor of one number.</summary>
public sealed class ExampleBatchTests : IDisposable
{
    private readonly TinyTraining tiny = new();

    public void Dispose() => tiny.Dispose();

    /// <summary>Examples of three to sixteen tokens of which the last third or so is learned.</summary>
    private EncodedExample[] Examples(int count) => [.. Enumerable.Range(0, count).Select(i =>
    {
        int length = 3 + (int)CountedRandom.Below(14, 3, (ulong)i);
        int[] ids = [.. Enumerable.Range(0, length).Select(t => (int)CountedRandom.Below(tiny.Tokenizer.VocabularySize, 4, (ulong)i, (ulong)t))];
        return new EncodedExample(ids, [.. ids.Select((_, t) => t > 0 && t >= length * 2 / 3)]);
    })];

    [Fact]
    public void Nothing_is_asked_where_nothing_is_learned()
    {
        EncodedExample a = new([5, 6, 7, 8], [false, false, true, true]), b = new([9, 10], [false, true]);
        TrainingBatch batch = TrainingBatch.Of([a, b]);
        Assert.Equal([5, 6, 7, 9], batch.Tokens);
        Assert.Equal([-1, 7, 8, 10], batch.Targets);
        Assert.Equal([3, 1], batch.Lengths);
        Assert.Equal((3, 2), (batch.TargetCount, a.PromptLength));
    }

    [Fact]
    public void Packed_is_separate()
    {
        LanguageModel model = tiny.Model();
        EncodedExample[] examples = Examples(6);
        double packed = Loss(model, examples), separate = examples.Sum(example => Loss(model, [example]));
        Assert.Equal(separate, packed, 1e-4);
        float[][] together = Gradients(model, [examples]), apart = Gradients(model, [.. examples.Select(example => new[] { example })]);
        Assert.All(together.Zip(apart), pair => Assert.All(pair.First.Zip(pair.Second), x => Assert.Equal(x.Second, x.First, 1e-5)));
    }

    [Fact]
    public void What_is_not_learned_does_not_count()
    {
        LanguageModel model = tiny.Model();
        EncodedExample example = new([1, 2, 3, 4, 5], [false, false, false, true, true]);
        using var workspace = new Scope();
        TrainingBatch batch = TrainingBatch.Of([example]);
        Pass pass = model.Transformer.Begin(workspace.Value, batch.ToBatch());
        Tensor losses = model.Transformer.Losses(model.Transformer.Stream(pass, model.Transformer.Embed(pass)), workspace.Value.From([2, 3, 4, 5]));
        Assert.Equal(losses.Span<float>()[2] + losses.Span<float>()[3], Loss(model, [example]), 1e-5);
    }

    [Fact]
    public void Eight_passes_of_one_are_one_pass_of_eight()
    {
        LanguageModel model = tiny.Model();
        var sampler = new ExampleSampler(Examples(20), 3);
        (double one, float[][] gradientOne) = Step(model, new LanguageModelingObjective(model.Transformer, sampler, batch: 8, accumulate: 1));
        (double eight, float[][] gradientEight) = Step(model, new LanguageModelingObjective(model.Transformer, sampler, batch: 1, accumulate: 8));
        Assert.Equal(one, eight, 1e-6);
        Assert.All(gradientOne.Zip(gradientEight), pair => Assert.All(pair.First.Zip(pair.Second), x => Assert.Equal(x.First, x.Second, 1e-6)));
    }

    [Fact]
    public void A_budget_of_tokens_is_kept_and_nothing_is_passed_over()
    {
        EncodedExample[] examples = Examples(50);
        var sampler = new ExampleSampler(examples, 3);
        List<int> seen = [];
        for (long first = 0; first < examples.Length;)
        {
            TrainingBatch batch = sampler.Draw(first, (int)(examples.Length - first), tokens: 40);
            Assert.True(batch.Tokens.Length <= 40);
            seen.AddRange(batch.Tokens);
            first += batch.Lengths.Length;
        }

        Assert.Equal(sampler.Draw(0, examples.Length).Tokens, seen);
        Assert.Single(sampler.Draw(0, 50, tokens: 1).Lengths);
    }

    [Fact]
    public void Each_round_shows_all_in_another_order_and_can_be_entered_anywhere()
    {
        var sampler = new ExampleSampler(Examples(30), 3);
        TrainingBatch first = sampler.Draw(0, 30), second = sampler.Draw(30, 30);
        Assert.Equal(first.Tokens.Order(), second.Tokens.Order());
        Assert.NotEqual(first.Tokens, second.Tokens);
        Assert.Equal(first.Tokens, sampler.Draw(0, 11).Tokens.Concat(sampler.Draw(11, 19).Tokens));
        Assert.NotEqual(first.Tokens, new ExampleSampler(Examples(30), 4).Draw(0, 30).Tokens);
    }

    [Fact]
    public void Validation_is_the_mean_over_trained_tokens_however_it_is_batched()
    {
        LanguageModel model = tiny.Model();
        EncodedExample[] examples = Examples(7);
        double expected = Loss(model, examples) / examples.Sum(example => example.TrainedCount);
        foreach ((int batch, int tokens) in new[] { (1, int.MaxValue), (3, int.MaxValue), (7, 20) })
        {
            ValidationResult result = new ExampleValidation(model.Transformer, examples, batch, tokens).Measure(new Workspace(Kernels.Simd));
            Assert.Equal(expected, result.Loss, 1e-5);
            Assert.Equal(Math.Exp(result.Loss), result["answer_perplexity"]!.Value, 1e-9);
        }
    }

    private static double Loss(LanguageModel model, EncodedExample[] examples)
    {
        TrainingBatch batch = TrainingBatch.Of(examples);
        using var workspace = new Scope();
        return LanguageModeling.Loss(model.Transformer, model.Transformer.Begin(workspace.Value, batch.ToBatch()), batch.Targets).Item();
    }

    private static float[][] Gradients(LanguageModel model, EncodedExample[][] batches)
    {
        var tape = new Tape();
        var workspace = new Workspace(Kernels.Simd, tape);
        foreach (EncodedExample[] examples in batches)
        {
            workspace.Reset();
            TrainingBatch batch = TrainingBatch.Of(examples);
            tape.Backward(LanguageModeling.Loss(model.Transformer, model.Transformer.Begin(workspace, batch.ToBatch()), batch.Targets));
        }

        return Take(model);
    }

    private static (double Loss, float[][] Gradients) Step(LanguageModel model, Objective objective)
    {
        var tape = new Tape();
        var workspace = new Workspace(Kernels.Simd);
        StepWork work = objective.Prepare(new TrainerState(), workspace);
        double loss = 0;
        workspace.Exchange(tape);
        for (int pass = 0; pass < work.Passes; pass++)
        {
            workspace.Reset();
            PassLoss result = work.Loss(pass, workspace, default);
            tape.Backward(result.Root, result.Scale);
            loss += result.Value;
        }

        return (loss, Take(model));
    }

    private static float[][] Take(LanguageModel model)
    {
        float[][] gradients = [.. model.Transformer.Parameters.Select(p => p.Tensor.Grad!.ToArray<float>())];
        foreach (Parameter parameter in model.Transformer.Parameters)
            parameter.Tensor.Grad!.Span<float>().Clear();
        return gradients;
    }

    /// <summary>A workspace without a tape.</summary>
    private sealed class Scope : IDisposable
    {
        public Workspace Value { get; } = new(Kernels.Simd);

        public void Dispose() => Value.Reset();
    }
}
