using Grimoire.Evaluation.Tasks;
using Grimoire.Tensors;

namespace Grimoire.Evaluation.Tests;

public sealed class CachedModelTests
{
    private static readonly LocalModel Model = new(LetterModels.Llama(), Kernels.Simd, "tiny");

    [Fact]
    public void Nothing_is_asked_twice_and_answers_come_back_as_they_were()
    {
        using var scratch = new Scratch();
        ContinuationRequest[] scores = [new("ab", " cd"), new("ab", " ef"), new("ab", " cd")];
        GenerateRequest[] prompts = [new("ab") { MaxTokens = 4, Stop = ["\n"] }, new("ab") { MaxTokens = 5, Temperature = 1, Seed = 3 }];
        IReadOnlyList<ContinuationScore> first;
        IReadOnlyList<GeneratedAnswer> said;
        using (var cached = new CachedModel(Model, scratch["answers.jsonl"]))
        {
            first = cached.Score(scores, TestContext.Current.CancellationToken);
            said = cached.Generate(prompts, TestContext.Current.CancellationToken);
            Assert.Equal((4, 0), (cached.Asked, cached.Reused));
            Assert.Equal(first[0], first[2]);
        }

        using var again = new CachedModel(Model, scratch["answers.jsonl"]);
        Assert.Equal(first, again.Score(scores, TestContext.Current.CancellationToken));
        IReadOnlyList<GeneratedAnswer> repeated = again.Generate(prompts, TestContext.Current.CancellationToken);
        Assert.Equal(said.Select(answer => (answer.Text, answer.Tokens, answer.Ended)), repeated.Select(answer => (answer.Text, answer.Tokens, answer.Ended)));
        Assert.Equal(said[1].LogProbabilities, repeated[1].LogProbabilities);
        Assert.Equal((0, 5), (again.Asked, again.Reused));
        _ = again.Score([scores[0] with { Chat = false, Context = "abc" }], TestContext.Current.CancellationToken);
        Assert.Equal(1, again.Asked);
    }

    [Fact]
    public void What_was_answered_before_a_kill_is_kept()
    {
        using var scratch = new Scratch();
        ContinuationRequest[] requests = [.. Enumerable.Range(0, 40).Select(i => new ContinuationRequest($"{i}", " and more"))];
        int told = 0;
        using (var cached = new CachedModel(new LocalModel(LetterModels.Llama(), Kernels.Simd, "tiny", batchTokens: 24), scratch["answers.jsonl"]))
        {
            Assert.Throws<IOException>(() => cached.Score(requests, (_, _) =>
            {
                if (++told == 15)
                    throw new IOException("killed");
            }, TestContext.Current.CancellationToken));
        }

        File.AppendAllText(scratch["answers.jsonl"], """{"key": "torn""");
        using var again = new CachedModel(Model, scratch["answers.jsonl"]);
        Assert.Equal(Model.Score(requests, TestContext.Current.CancellationToken).Select(score => (score.Tokens, score.IsGreedy)),
            again.Score(requests, TestContext.Current.CancellationToken).Select(score => (score.Tokens, score.IsGreedy)));
        Assert.Equal((15, 25), (again.Reused, again.Asked));
    }

    [Fact]
    public void Another_model_has_other_answers()
    {
        using var scratch = new Scratch();
        using (var cached = new CachedModel(Model, scratch["answers.jsonl"]))
            _ = cached.Score([new ContinuationRequest("ab", " cd")], TestContext.Current.CancellationToken);
        using var other = new CachedModel(new LocalModel(LetterModels.Llama(seed: 2), Kernels.Simd, "tiny"), scratch["answers.jsonl"]);
        _ = other.Score([new ContinuationRequest("ab", " cd")], TestContext.Current.CancellationToken);
        Assert.Equal((0, 1), (other.Reused, other.Asked));
    }
}
