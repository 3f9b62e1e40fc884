namespace Grimoire.Models.Tests.Generation;

public sealed class SamplerTests
{
    private readonly Sampler sampler = new();

    public static TheoryData<double, int, double, double> Filters => new()
    {
        { 1, 0, 0.9, 0 },
        { 1, 0, 0.1, 0 },
        { 0.7, 0, 0.95, 0 },
        { 1, 5, 1, 0 },
        { 1.5, 20, 0.8, 0 },
        { 1, 0, 1, 0.1 },
        { 2, 0, 1, 0.02 },
        { 0.8, 50, 0.9, 0.05 },
        { 0.5, 7, 0.999, 0.3 },
        { 1, 1000, 1, 1 },
        { 1, 2, 0.5, 0 },
    };

    [Theory]
    [MemberData(nameof(Filters))]
    public void Filters_keep_what_their_definitions_keep(double temperature, int topK, double topP, double minP)
    {
        var options = new SamplingOptions { Temperature = temperature, TopK = topK, TopP = topP, MinP = minP };
        for (int seed = 0; seed < 40; seed++)
        {
            // Every fourth row has few distinct values, so that ties lie on the cuts.
            float[] logits = Logits(seed, vocabulary: 40 + (seed * 37), tied: seed % 4 == 0);
            (int Id, double Probability)[] expected = Naive(logits, options);
            (int Id, double Probability)[] actual = sampler.Distribution(logits, options);
            Assert.Equal(expected.Select(e => e.Id), actual.Select(a => a.Id));
            foreach ((var e, var a) in expected.Zip(actual))
                Assert.Equal(e.Probability, a.Probability, 1e-9);
        }
    }

    [Fact]
    public void The_token_that_crosses_top_p_stays_and_the_likeliest_always_does()
    {
        float[] logits = [0, 0, 0, 0];
        Assert.Equal([0, 1], sampler.Distribution(logits, new SamplingOptions { TopP = 0.5 }).Select(t => t.Id));
        Assert.Equal([0, 1, 2], sampler.Distribution(logits, new SamplingOptions { TopP = 0.501 }).Select(t => t.Id));
        Assert.Equal([0], sampler.Distribution(logits, new SamplingOptions { TopP = 1e-9 }).Select(t => t.Id));
    }

    [Theory]
    [InlineData(1, 0, 1, 0)]
    [InlineData(0.6, 0, 1, 0)]
    [InlineData(1, 0, 0.8, 0)]
    [InlineData(1.3, 6, 1, 0)]
    [InlineData(1, 0, 1, 0.05)]
    public void Frequencies_follow_the_distribution(double temperature, int topK, double topP, double minP)
    {
        var options = new SamplingOptions { Temperature = temperature, TopK = topK, TopP = topP, MinP = minP, Seed = 5 };
        const int Draws = 40_000;
        float[] logits = Logits(3, vocabulary: 1100, tied: false, spread: 6);
        var counts = new int[logits.Length];
        for (int step = 0; step < Draws; step++)
            counts[sampler.Sample([.. logits], options, step)]++;

        // Tokens with few expected draws are one class together.
        double chiSquare = 0, restExpected = 0, restCounted = Draws;
        int classes = 0;
        foreach ((int id, double probability) in Naive(logits, options))
        {
            double expected = Draws * probability;
            if (expected < 8)
            {
                restExpected += expected;
                continue;
            }

            chiSquare += Math.Pow(counts[id] - expected, 2) / expected;
            restCounted -= counts[id];
            classes++;
        }

        if (restExpected > 8)
            chiSquare += Math.Pow(restCounted - restExpected, 2) / restExpected;
        else
            Assert.InRange(restCounted, 0, 40);

        // Mean n − 1, deviation √(2(n − 1)): four deviations are passed by one honest seed in some ten thousand.
        Assert.InRange(chiSquare, 0, classes + (4 * Math.Sqrt(2 * classes)) + 2);
        Assert.True(Naive(logits, options).Select(t => t.Id).ToHashSet() is var allowed && !counts.Where((n, id) => n > 0 && !allowed.Contains(id)).Any());
    }

    [Fact]
    public void A_draw_depends_on_seed_and_step_alone()
    {
        float[] logits = Logits(1, 200, tied: false);
        int[] Draws(ulong seed) => [.. Enumerable.Range(0, 50).Select(step => sampler.Sample([.. logits], new SamplingOptions { Seed = seed }, step))];
        int[] first = Draws(1);
        Assert.Equal(first, Draws(1));
        Assert.NotEqual(first, Draws(2));
        Assert.Equal(first[37], new Sampler().Sample([.. logits], new SamplingOptions { Seed = 1 }, 37));
    }

    [Fact]
    public void Low_temperatures_approach_greedy()
    {
        for (int seed = 0; seed < 50; seed++)
        {
            float[] logits = Logits(seed, 300, tied: false);
            int greedy = sampler.Sample([.. logits], SamplingOptions.Greedy, 0);
            Assert.Equal(Array.IndexOf(logits, logits.Max()), greedy);
            Assert.Equal(greedy, sampler.Sample([.. logits], new SamplingOptions { Temperature = 1e-5, Seed = (ulong)seed }, 0));
            Assert.Equal(greedy, sampler.Sample([.. logits], new SamplingOptions { Temperature = 1e-30, Seed = (ulong)seed }, 0));
            Assert.Equal(greedy, sampler.Sample([.. logits], new SamplingOptions { TopK = 1, Seed = (ulong)seed }, 0));
            Assert.Equal(greedy, sampler.Sample([.. logits], new SamplingOptions { TopP = 1e-7, Seed = (ulong)seed }, 0));
            Assert.Equal(greedy, sampler.Sample([.. logits], new SamplingOptions { MinP = 1, Seed = (ulong)seed }, 0));
        }
    }

    [Fact]
    public void Penalties_fall_on_tokens_seen()
    {
        var seen = new SeenTokens(6);
        seen.AddPrompt([0, 1, 1]);
        seen.AddGenerated(2);
        seen.AddGenerated(2);
        seen.AddGenerated(1);
        float[] logits = [2, -2, 4, -4, 5, 0];
        seen.Penalise(logits, new SamplingOptions { RepetitionPenalty = 2, FrequencyPenalty = 0.25, PresencePenalty = 0.5 });
        Assert.Equal([1f, -4.75f, 1f, -4f, 5f, 0f], logits);
    }

    [Fact]
    public void Tokens_of_probability_zero_are_never_drawn()
    {
        float[] logits = [float.NegativeInfinity, 0, float.NegativeInfinity, 0, float.NegativeInfinity];
        foreach (var options in new SamplingOptions[] { new(), new() { TopK = 4 }, new() { TopP = 0.9999 }, new() { MinP = 1e-9 } })
        {
            for (int step = 0; step < 200; step++)
                Assert.Contains(sampler.Sample([.. logits], options, step), new[] { 1, 3 });
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Broken_logits_are_named(float value)
    {
        float[] logits = Logits(1, 1000, tied: false);
        logits[700] = value;
        Assert.Contains("not finite", Assert.Throws<GrimoireException>(() => sampler.Sample(logits, new SamplingOptions(), 0)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_outside_their_ranges_are_refused()
    {
        SamplingOptions[] wrong =
        [
            new() { Temperature = -0.1 }, new() { Temperature = double.NaN }, new() { TopK = -1 }, new() { TopP = 0 }, new() { TopP = 1.01 }, new() { MinP = -1 },
            new() { MinP = 1.5 }, new() { RepetitionPenalty = 0 }, new() { FrequencyPenalty = double.NaN }, new() { PresencePenalty = double.PositiveInfinity },
        ];
        foreach (SamplingOptions options in wrong)
            Assert.Throws<GrimoireException>(options.Validate);
        new SamplingOptions().Validate();
        SamplingOptions.Greedy.Validate();
    }

    [Fact]
    public void Sampling_allocates_nothing_once_warm()
    {
        float[] logits = Logits(9, 5000, tied: false);
        var seen = new SeenTokens(logits.Length);
        seen.AddGenerated(3);
        SamplingOptions[] all = [new(), SamplingOptions.Greedy, new() { TopK = 40 }, new() { TopP = 0.9 }, new() { MinP = 0.05 }, new() { RepetitionPenalty = 1.1 }];
        long Allocated()
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            foreach (SamplingOptions options in all)
            {
                for (int step = 0; step < 20; step++)
                    sampler.Sample(logits, options, step, seen);
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Allocated();
        Assert.Equal(0, Allocated());
    }

    private static float[] Logits(int seed, int vocabulary, bool tied, double spread = 8)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, vocabulary).Select(_ => (random.NextDouble() - 0.5) * spread).Select(x => (float)(tied ? Math.Round(x) : x))];
    }

    /// <summary>The definitions, one filter after the other, on fully sorted float64 probabilities.</summary>
    private static (int Id, double Probability)[] Naive(float[] logits, SamplingOptions options)
    {
        List<(int Id, double Weight)> left = [.. logits.Select((x, id) => (Id: id, Weight: Math.Exp((x - (double)logits.Max()) / options.Temperature)))];
        left = [.. left.OrderByDescending(t => t.Weight).ThenBy(t => t.Id)];
        if (options.TopK > 0)
            left = [.. left.Take(options.TopK)];
        double mass = left.Sum(t => t.Weight);
        double before = 0;
        List<(int Id, double Weight)> nucleus = [];
        foreach ((int id, double weight) in left)
        {
            // A little less than p, where whole numbers of equal weights reach it exactly but for rounding.
            if (nucleus.Count > 0 && before >= options.TopP * mass * (1 - 1e-6))
                break;
            nucleus.Add((id, weight));
            before += weight;
        }

        nucleus = [.. nucleus.Where(t => t.Weight >= options.MinP * nucleus[0].Weight)];
        double total = nucleus.Sum(t => t.Weight);
        return [.. nucleus.Select(t => (t.Id, t.Weight / total))];
    }
}
