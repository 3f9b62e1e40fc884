using Grimoire.Evaluation.Likelihoods;
using Grimoire.Models;
using Grimoire.Tensors;

namespace Grimoire.Evaluation.Tests;

public sealed class LikelihoodEngineTests
{
    private static readonly LanguageModel Model = LetterModels.Llama();

    [Fact]
    public void Batch_size_packing_and_caching_never_change_a_figure()
    {
        LikelihoodRequest[] requests = Requests();
        IReadOnlyList<Likelihood> alone = [.. requests.Select(request => new LikelihoodEngine(Model.Transformer, Kernels.Simd, 1 << 20) { Shared = int.MaxValue }.Score([request])[0])];
        foreach (int batch in (int[])[1, 7, 64, 100_000])
        {
            foreach (int shared in (int[])[1, 4, 16, int.MaxValue])
            {
                IReadOnlyList<Likelihood> together = new LikelihoodEngine(Model.Transformer, Kernels.Simd, batch) { Shared = shared }.Score(requests);
                for (int i = 0; i < requests.Length; i++)
                {
                    Assert.Equal((alone[i].Tokens, alone[i].IsGreedy), (together[i].Tokens, together[i].IsGreedy));
                    Assert.InRange(together[i].LogProbability / alone[i].LogProbability, 1 - 1e-6, 1 + 1e-6);
                }
            }
        }
    }

    [Fact]
    public void Likelihoods_are_what_the_scorer_says_of_the_tokens()
    {
        LikelihoodRequest[] requests = Requests();
        IReadOnlyList<Likelihood> found = new LikelihoodEngine(Model.Transformer, Kernels.Simd) { KeepScores = true }.Score(requests);
        foreach ((LikelihoodRequest request, Likelihood likelihood) in requests.Zip(found))
        {
            TokenScore[] scores = new Scorer(Model.Transformer, Kernels.Simd).Score([.. request.Context, .. request.Continuation])[(request.Context.Length - 1)..];
            Assert.Equal(scores.Select(score => score.Token), likelihood.Scores.Select(score => score.Token));
            Assert.Equal(scores.Sum(score => score.LogProbability), likelihood.LogProbability, 1e-4);
            Assert.Equal(scores.All(score => score.Rank == 1), likelihood.IsGreedy);
        }
    }

    [Fact]
    public void Shared_beginnings_and_equal_requests_are_computed_once()
    {
        int[] context = [.. Enumerable.Range(0, 60).Select(i => 5 + (i % 50))];
        LikelihoodRequest[] requests = [.. Enumerable.Range(0, 4).Select(i => new LikelihoodRequest(context, [10 + i, 11])), new LikelihoodRequest([.. context], [10, 11])];
        IReadOnlyList<Stretch> shared = StretchTree.Of(requests[..4], 16, 1000), apart = StretchTree.Of(requests[..4], int.MaxValue, 1000);
        Assert.Equal(60 + 4, Rows(shared));
        Assert.Equal(4 * 61, Rows(apart));
        int told = 0;
        new LikelihoodEngine(Model.Transformer, Kernels.Simd).Score(requests, (_, _) => told++, TestContext.Current.CancellationToken);
        Assert.Equal(5, told);

        static int Rows(IEnumerable<Stretch> stretches) => stretches.Sum(stretch => stretch.Length + Rows(stretch.Children));
    }

    [Fact]
    public void A_greedy_continuation_is_known_for_one()
    {
        int[] prompt = [7, 8, 9];
        int[] greedy = [.. new Generator(Model.Transformer, Model.Tokenizer, Kernels.Simd).Generate(
            prompt, new GenerationOptions { MaxTokens = 5, Sampling = SamplingOptions.Greedy, IgnoreEndOfText = true }, cancellation: TestContext.Current.CancellationToken).Tokens.Select(token => token.Id)];
        int[] other = [.. greedy[..^1], (greedy[^1] + 1) % 99];
        IReadOnlyList<Likelihood> found = new LikelihoodEngine(Model.Transformer, Kernels.Simd).Score(
            [new LikelihoodRequest(prompt, greedy), new LikelihoodRequest(prompt, other)], TestContext.Current.CancellationToken);
        Assert.True(found[0].IsGreedy);
        Assert.False(found[1].IsGreedy);
    }

    /// <summary>Contexts that several continuations share, contexts that begin alike, single tokens, and whole lengths.</summary>
    private static LikelihoodRequest[] Requests()
    {
        var random = new Random(1);
        int[] Ids(int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(99))];
        int[] common = Ids(40);
        List<LikelihoodRequest> requests = [];
        for (int question = 0; question < 6; question++)
        {
            int[] context = question % 2 == 0 ? [.. common, .. Ids(1 + (5 * question))] : Ids(1 + (9 * question));
            for (int choice = 0; choice < 4; choice++)
                requests.Add(new LikelihoodRequest(context, Ids(1 + (choice * question))));
        }

        requests.Add(new LikelihoodRequest(Ids(1), Ids(128)));
        requests.Add(new LikelihoodRequest(Ids(128), Ids(1)));
        requests.Add(requests[3]);
        return [.. requests];
    }
}
