using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Rollouts;

namespace Grimoire.Training.Tests.Rollouts;

public sealed class AnswerSamplerTests
{
    private const int Vocabulary = 23, Context = 48, Stop = 5;
    private static readonly Transformer Model = Random(3);
    private static readonly int[][] Prompts = [[1, 2, 3, 4, 7, 9, 11], [8], [1, 2, 6, 6, 2, 1], [20, 21, 22]];

    private static GenerationOptions Options => new() { MaxTokens = 24, StopTokens = [Stop] };

    /// <summary>A model of random weights, large enough to have opinions.</summary>
    internal static Transformer Random(ulong seed, int vocabulary = Vocabulary)
    {
        ModelConfig config = Llama.Config(2, 4, 32, Context, vocabulary, tied: false);
        var model = new Transformer(config, Initialization.Random(config, seed));
        foreach (Parameter parameter in model.Parameters.Where(p => p.Tensor.Shape.Rank == 2))
        {
            foreach (ref float x in parameter.Tensor.Span<float>())
                x *= 8;
        }

        return model;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(256)]
    public void However_many_at_once_each_answer_is_what_it_would_be_alone(int atOnce)
    {
        IReadOnlyList<Answer> answers = new AnswerSampler(Model, Kernels.Reference, atOnce).Sample(Prompts, 5, Options, seed: 9, TestContext.Current.CancellationToken);
        Assert.Equal(20, answers.Count);
        for (int i = 0; i < answers.Count; i++)
        {
            ulong seed = CountedRandom.Bits(9, (ulong)(i / 5), (ulong)(i % 5));
            Answer alone = Alone(Prompts[i / 5], Options with { Sampling = new() { Seed = seed } });
            Assert.Equal(alone.Ids, answers[i].Ids);
            Assert.Equal(alone.Ended, answers[i].Ended);
        }

        Assert.Contains(answers, a => a.Ended);
        Assert.Contains(answers, a => !a.Ended && a.Ids.Length == 24);
        Assert.True(answers.Select(a => string.Join(' ', a.Ids)).Distinct().Count() > 10, "the members of a group differ");
    }

    [Fact]
    public void A_sampler_used_again_says_the_same_and_forgets_the_weights_it_read_with()
    {
        Transformer model = Random(4), other = Random(5);
        var sampler = new AnswerSampler(model, Kernels.Simd, 6);
        int[][] First() => [.. sampler.Sample(Prompts, 4, Options, 1).Select(a => a.Ids)];
        int[][] before = First();
        Assert.Equal(before, First());
        foreach ((Parameter to, Parameter from) in model.Parameters.Zip(other.Parameters))
            Kernels.Reference.Copy(from.Tensor, to.Tensor);
        int[][] after = First();
        Assert.NotEqual(before, after);
        Assert.Equal(new AnswerSampler(other, Kernels.Simd, 6).Sample(Prompts, 4, Options, 1).Select(a => a.Ids), after);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(0.5, 0)]
    [InlineData(1.7, 3)]
    public void Log_probabilities_and_entropies_are_those_of_temperature_1(double temperature, int topK)
    {
        GenerationOptions options = Options with { Sampling = new() { Temperature = temperature, TopK = topK } };
        IReadOnlyList<Answer> answers = new AnswerSampler(Model, Kernels.Simd).Sample(Prompts, 3, options, 2, TestContext.Current.CancellationToken);
        var scorer = new Scorer(Model, Kernels.Simd);
        for (int i = 0; i < answers.Count; i++)
        {
            Answer answer = answers[i];
            int[] prompt = Prompts[i / 3];
            TokenScore[] scores = scorer.Score([.. prompt, .. answer.Ids])[(prompt.Length - 1)..];
            Assert.Equal(answer.Ids.Length, answer.LogProbabilities.Length);
            for (int t = 0; t < scores.Length; t++)
            {
                Assert.Equal(scores[t].LogProbability, answer.LogProbabilities[t], 1e-4);
                Assert.Equal(scores[t].Entropy, answer.Entropies[t], 1e-4);
            }
        }
    }

    [Fact]
    public void A_cancelled_call_leaves_a_sampler_that_works()
    {
        var sampler = new AnswerSampler(Model, Kernels.Simd);
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => sampler.Sample(Prompts, 2, Options, 1, stop.Token));
        IReadOnlyList<Answer> again = sampler.Sample(Prompts, 2, Options, 1, TestContext.Current.CancellationToken);
        Assert.Equal(new AnswerSampler(Model, Kernels.Simd).Sample(Prompts, 2, Options, 1, TestContext.Current.CancellationToken).Select(a => a.Ids), again.Select(a => a.Ids));
    }

    [Fact]
    public void A_prompt_that_fills_the_context_is_refused()
    {
        var sampler = new AnswerSampler(Model, Kernels.Simd);
        var e = Assert.Throws<GrimoireException>(() => sampler.Sample([[1], new int[Context]], 2, Options, 1, TestContext.Current.CancellationToken));
        Assert.Contains("leaves no room for an answer", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_answer_ends_where_the_context_does()
    {
        IReadOnlyList<Answer> answers = new AnswerSampler(Model, Kernels.Simd).Sample([[.. Enumerable.Repeat(3, Context - 2)]], 8, Options, 1, TestContext.Current.CancellationToken);
        Assert.All(answers, a => Assert.InRange(a.Ids.Length, 1, 2));
    }

    private static Answer Alone(int[] prompt, GenerationOptions options)
    {
        var loop = new DecodingLoop(Model, Kernels.Reference);
        Continuation whole = loop.Start(prompt, options);
        while (loop.Step())
        {
            // Until it ends.
        }

        return new Answer([.. whole.Generated], whole.Stop == StopReason.StopToken, [], []);
    }
}
