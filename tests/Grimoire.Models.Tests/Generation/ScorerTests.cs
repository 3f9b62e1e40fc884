using Grimoire.Tensors;

namespace Grimoire.Models.Tests.Generation;

public sealed class ScorerTests
{
    [Theory]
    [InlineData(2, 0)]
    [InlineData(13, 0)]
    [InlineData(14, 0)]
    [InlineData(50, 1)]
    [InlineData(50, 0)]
    [InlineData(47, 5)]
    [InlineData(47, 12)]
    public void Every_token_is_scored_once_from_the_window_it_stands_in(int length, int stride)
    {
        const int Context = 12;
        Transformer model = TinyModels.Random(6, context: Context);
        int[] tokens = TinyModels.Prompt(1, length);
        TokenScore[] scores = new Scorer(model, Kernels.Reference).Score(tokens, stride);

        Assert.Equal(tokens.Skip(1), scores.Select(score => score.Token));
        for (int i = 0; i < scores.Length; i++)
        {
            // The window that scores row i: the first full one, then one every stride rows, each as far back as the context reaches.
            int step = stride == 0 ? Context / 2 : stride;
            int end = Math.Min(i < Context ? Context : Context + ((((i - Context) / step) + 1) * step), length - 1);
            int begin = Math.Max(0, end - Context);
            double[] expected = TinyModels.LogProbabilities(model, tokens.AsSpan()[begin..(i + 1)]);
            Assert.Equal(expected[tokens[i + 1]], scores[i].LogProbability, 1e-4);
            Assert.Equal(-expected.Sum(p => p * Math.Exp(p)), scores[i].Entropy, 1e-4);
            Assert.Equal(1 + expected.Count(p => p > expected[tokens[i + 1]]), scores[i].Rank);
        }
    }

    [Fact]
    public void Windows_of_many_chunks_are_read_through_the_cache()
    {
        Transformer model = TinyModels.Random(6, context: 700);
        int[] tokens = TinyModels.Prompt(1, 650);
        TokenScore[] scores = new Scorer(model, Kernels.Simd).Score(tokens);
        var workspace = new Workspace(Kernels.Simd);
        Tensor logits = model.Forward(model.Begin(workspace, Batch.Of(tokens)));
        for (int i = 0; i < scores.Length; i++)
            Assert.Equal(TokenScore.Of(logits.Span<float>().Slice(i * 23, 23), tokens[i + 1]).LogProbability, scores[i].LogProbability, 1e-4);
    }

    [Fact]
    public void Nothing_and_one_token_have_no_scores()
    {
        var scorer = new Scorer(TinyModels.Random(1), Kernels.Reference);
        Assert.Empty(scorer.Score([]));
        Assert.Empty(scorer.Score([4]));
        Assert.Throws<GrimoireException>(() => scorer.Score([1, 2], stride: 41));
        Assert.Throws<GrimoireException>(() => scorer.Score([1, 2], stride: -1));
        Assert.Throws<GrimoireException>(() => scorer.Score([1, 23, 2]));
    }

    [Fact]
    public void Certain_and_uniform_rows_have_known_scores()
    {
        TokenScore uniform = TokenScore.Of(new float[8], 2);
        Assert.Equal(-Math.Log(8), uniform.LogProbability, 1e-6);
        Assert.Equal(Math.Log(8), uniform.Entropy, 1e-6);
        Assert.Equal(1, uniform.Rank);

        TokenScore certain = TokenScore.Of([float.NegativeInfinity, 3, float.NegativeInfinity], 1);
        Assert.Equal((0.0, 0.0, 1), (certain.LogProbability, certain.Entropy, certain.Rank));
        Assert.Equal(double.NegativeInfinity, TokenScore.Of([float.NegativeInfinity, 3], 0).LogProbability);
    }
}
