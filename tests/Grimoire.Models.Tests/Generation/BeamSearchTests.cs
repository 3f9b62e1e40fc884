using Grimoire.Tensors;

namespace Grimoire.Models.Tests.Generation;

public sealed class BeamSearchTests
{
    private const int Vocabulary = 5;
    private static readonly Transformer Model = TinyModels.Random(8, Vocabulary, context: 12);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(0.6)]
    [InlineData(-0.5)]
    [InlineData(3)]
    public void Wide_enough_beams_find_what_trying_everything_finds(double lengthPenalty)
    {
        int[] prompt = [1, 2, 0];
        var options = new BeamOptions { Width = 256, Count = 20, MaxTokens = 4, LengthPenalty = lengthPenalty, StopTokens = [3] };
        List<Beam> all = [];
        Everything(prompt, [], 0, options, all);
        Beam[] expected = [.. all.OrderByDescending(beam => beam.Score).Take(20)];

        IReadOnlyList<Beam> found = new BeamSearch(Model, Kernels.Reference).Search(prompt, options);
        Assert.Equal(20, found.Count);
        foreach ((Beam e, Beam f) in expected.Zip(found))
        {
            Assert.Equal(e.Tokens, f.Tokens);
            Assert.Equal(e.LogProbability, f.LogProbability, 1e-4);
            Assert.Equal(e.Score, f.Score, 1e-4);
            Assert.Equal(e.Stop, f.Stop);
        }
    }

    [Fact]
    public void One_beam_is_greedy()
    {
        var loop = new DecodingLoop(Model, Kernels.Reference);
        Continuation greedy = loop.Start([1, 2, 0], new GenerationOptions { MaxTokens = 8, Sampling = SamplingOptions.Greedy });
        while (loop.Step())
        {
        }

        Beam beam = Assert.Single(new BeamSearch(Model, Kernels.Reference).Search([1, 2, 0], new BeamOptions { Width = 1, MaxTokens = 8 }));
        Assert.Equal(greedy.Generated.ToArray(), beam.Tokens);
        Assert.Equal(StopReason.Length, beam.Stop);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Narrow_beams_score_what_they_return(bool early)
    {
        // The same search twice on one object: caches are handed back clean.
        var search = new BeamSearch(Model, Kernels.Reference);
        var options = new BeamOptions { Width = 3, Count = 3, MaxTokens = 9, StopTokens = [3], EarlyStopping = early };
        IReadOnlyList<Beam> first = search.Search([4, 4], options);
        IReadOnlyList<Beam> second = search.Search([4, 4], options);
        Assert.Equal(first.Select(beam => beam.Score), second.Select(beam => beam.Score));
        foreach (Beam beam in first)
        {
            double sum = 0;
            for (int i = 0; i < beam.Tokens.Count; i++)
                sum += TinyModels.LogProbabilities(Model, [4, 4, .. beam.Tokens.Take(i)])[beam.Tokens[i]];
            Assert.Equal(sum, beam.LogProbability, 1e-4);
            Assert.Equal(sum / beam.Tokens.Count, beam.Score, 1e-4);
            Assert.Equal(beam.Tokens[^1] == 3 ? StopReason.StopToken : StopReason.Length, beam.Stop);
        }

        Assert.Equal(first.OrderByDescending(beam => beam.Score), first);
    }

    [Fact]
    public void The_context_bounds_the_length_and_what_does_not_fit_is_refused()
    {
        var search = new BeamSearch(Model, Kernels.Reference);
        Assert.Equal(2, search.Search(new int[10], new BeamOptions { MaxTokens = 50 })[0].Tokens.Count);
        Assert.Throws<GrimoireException>(() => search.Search(new int[12], new BeamOptions()));
        Assert.Throws<GrimoireException>(() => search.Search([], new BeamOptions()));
        Assert.Throws<GrimoireException>(() => search.Search([1], new BeamOptions { Width = 0 }));
        Assert.Throws<GrimoireException>(() => search.Search([1], new BeamOptions { Width = 2, Count = 3 }));
        Assert.Throws<OperationCanceledException>(() => search.Search([1], new BeamOptions(), new CancellationToken(canceled: true)));
    }

    private static void Everything(int[] prompt, int[] text, double logProbability, BeamOptions options, List<Beam> all)
    {
        bool stopped = text.Length > 0 && options.StopTokens.Contains(text[^1]);
        if (stopped || text.Length == options.MaxTokens)
        {
            double score = logProbability / Math.Pow(text.Length, options.LengthPenalty);
            all.Add(new Beam(text, logProbability, score, stopped ? StopReason.StopToken : StopReason.Length));
            return;
        }

        double[] next = TinyModels.LogProbabilities(Model, [.. prompt, .. text]);
        for (int token = 0; token < Vocabulary; token++)
            Everything(prompt, [.. text, token], logProbability + next[token], options, all);
    }
}
