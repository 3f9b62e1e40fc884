using Grimoire.Tensors;

namespace Grimoire.Models.Tests.Generation;

public sealed class DecodingLoopTests
{
    private static readonly Transformer Model = TinyModels.Random(1);

    public static TheoryData<string> Devices => ["reference", "simd"];

    private static readonly GenerationOptions Greedy = new() { MaxTokens = 20, Sampling = SamplingOptions.Greedy };

    [Theory]
    [InlineData(PositionKind.Rotary)]
    [InlineData(PositionKind.Learned)]
    public void Greedy_tokens_are_the_argmax_of_everything_computed_anew(PositionKind positions)
    {
        Transformer model = TinyModels.Random(2, positions: positions);
        int[] prompt = TinyModels.Prompt(1, 7);
        List<int> expected = [.. prompt];
        for (int i = 0; i < 20; i++)
        {
            double[] logits = TinyModels.NextLogits(model, expected.ToArray());
            expected.Add(Array.IndexOf(logits, logits.Max()));
        }

        Assert.Equal(expected, Run(model, prompt, Greedy).Tokens.ToArray());
        Assert.True(expected.Skip(7).Distinct().Count() > 3, "a text of one token proves little");
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Sequences_in_company_say_what_they_say_alone(string device)
    {
        var loop = new DecodingLoop(Model, Device(device));
        Continuation[] together =
            [.. Enumerable.Range(0, 6).Select(i => loop.Start(TinyModels.Prompt(i, 1 + (4 * i)), Sampled((ulong)i, 5 + (3 * i)))).ToArray()];
        loop.Step();
        loop.Step();
        Continuation late = loop.Start(TinyModels.Prompt(99, 9), Sampled(99, 12));
        Finish(loop);
        for (int i = 0; i < together.Length; i++)
            Assert.Equal(Run(Model, TinyModels.Prompt(i, 1 + (4 * i)), Sampled((ulong)i, 5 + (3 * i))).Tokens.ToArray(), together[i].Tokens.ToArray());
        Assert.Equal(Run(Model, TinyModels.Prompt(99, 9), Sampled(99, 12)).Tokens.ToArray(), late.Tokens.ToArray());
    }

    [Theory]
    [InlineData(512)]
    [InlineData(8)]
    public void What_prompts_begin_with_alike_is_read_once(int chunk)
    {
        int[] shared = TinyModels.Prompt(1, 24);
        int[][] prompts = [[.. shared, 3, 4, 5], shared, [.. shared[..20], 9], TinyModels.Prompt(2, 25), [.. shared, 3, 4, 5], shared[..3]];
        var loop = new DecodingLoop(Model, Kernels.Reference, chunk);
        Continuation[] together = [.. prompts.Select((prompt, i) => loop.Start(prompt, Sampled((ulong)i, 6)))];
        Finish(loop);
        Assert.Equal([0, 23, 20, 0, 26, 0], together.Select(text => text.ReusedTokens));
        for (int i = 0; i < prompts.Length; i++)
            Assert.Equal(Run(Model, prompts[i], Sampled((ulong)i, 6)).Tokens.ToArray(), together[i].Tokens.ToArray());
    }

    [Fact]
    public void Same_seed_same_text_other_seed_other_text()
    {
        int[] Text(ulong seed) => Run(Model, [1, 2], Sampled(seed, 30)).Tokens.ToArray();
        Assert.Equal(Text(1), Text(1));
        Assert.NotEqual(Text(1), Text(2));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(8)]
    public void Prompts_read_in_pieces_are_read_the_same(int chunk)
    {
        int[][] prompts = [TinyModels.Prompt(1, 23), TinyModels.Prompt(2, 2), TinyModels.Prompt(3, 11)];
        var loop = new DecodingLoop(Model, Kernels.Reference, chunk);
        Continuation[] pieces = [.. prompts.Select(prompt => loop.Start(prompt, Greedy))];
        Finish(loop);
        for (int i = 0; i < prompts.Length; i++)
            Assert.Equal(Run(Model, prompts[i], Greedy).Tokens.ToArray(), pieces[i].Tokens.ToArray());
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void A_prompt_cache_changes_nothing_but_the_work(string device)
    {
        var loop = new DecodingLoop(Model, Device(device));
        var cache = new PromptCache(Model.Config);
        int[] prompt = TinyModels.Prompt(1, 10);
        Continuation first = loop.Start(prompt, Sampled(4, 8), cache);
        Finish(loop);
        Assert.Equal(0, first.ReusedTokens);

        int[][] next = [[.. first.Tokens, 3, 4], [.. prompt[..6], 1, 2, 3], prompt, [22, 21], [.. prompt]];
        foreach (int[] tokens in next)
        {
            int common = Math.Min(cache.Tokens.CommonPrefixLength(tokens), tokens.Length - 1);
            Continuation cached = loop.Start(tokens, Sampled(5, 9), cache);
            Assert.Equal(common, cached.ReusedTokens);
            Finish(loop);
            Assert.Equal(Run(Model, tokens, Sampled(5, 9)).Tokens.ToArray(), cached.Tokens.ToArray());
            Assert.Equal(cached.Tokens[..^1].ToArray(), cache.Tokens.ToArray());
        }
    }

    [Fact]
    public void A_stop_token_ends_its_sequence_and_is_its_last()
    {
        int[] all = Run(Model, [5], Sampled(3, 30)).Generated.ToArray();
        int stop = all[10];
        Continuation ended = Run(Model, [5], Sampled(3, 30) with { StopTokens = [stop] });
        Assert.Equal(StopReason.StopToken, ended.Stop);
        Assert.Equal(all[..(Array.IndexOf(all, stop) + 1)], ended.Generated.ToArray());
    }

    [Fact]
    public void A_full_context_ends_the_text()
    {
        Continuation full = Run(Model, TinyModels.Prompt(1, 35), Greedy with { MaxTokens = 100 });
        Assert.Equal((40, StopReason.Length), (full.Tokens.Length, full.Stop));
        Assert.Equal((StopReason.Length, 0), (Run(Model, TinyModels.Prompt(1, 40), Greedy).Stop, Run(Model, TinyModels.Prompt(1, 40), Greedy).Generated.Length));
        Assert.Equal((StopReason.Length, 0), (Run(Model, [1], Greedy with { MaxTokens = 0 }).Stop, Run(Model, [1], Greedy with { MaxTokens = 0 }).Generated.Length));
    }

    [Theory]
    [InlineData(PositionKind.Rotary)]
    [InlineData(PositionKind.Learned)]
    public void A_sliding_context_goes_on_from_its_younger_half(PositionKind positions)
    {
        Transformer model = TinyModels.Random(4, context: 16, positions: positions);
        int[] prompt = TinyModels.Prompt(3, 21);
        Continuation text = Run(model, prompt, Greedy with { MaxTokens = 40, Slide = true });
        Assert.Equal(40, text.Generated.Length);

        List<int> expected = [.. prompt];
        List<int> window = [.. prompt[^8..]];
        for (int i = 0; i < 40; i++)
        {
            double[] logits = TinyModels.NextLogits(model, window.ToArray());
            int token = Array.IndexOf(logits, logits.Max());
            expected.Add(token);
            window.Add(token);
            if (window.Count == 16)
                window = [.. window.TakeLast(8)];
        }

        Assert.Equal(expected, text.Tokens.ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1.7)]
    public void Scores_and_alternatives_are_the_models_own(double penalty)
    {
        var loop = new DecodingLoop(Model, Kernels.Reference);
        var sampling = new SamplingOptions { Seed = 3, Temperature = 1.4, TopP = 0.95, RepetitionPenalty = penalty };
        Continuation text = loop.Start([1, 2, 3], new GenerationOptions { MaxTokens = 12, Scores = true, Alternatives = 4, Sampling = sampling });
        for (bool more = true; more;)
        {
            more = loop.Step();
            double[] expected = TinyModels.LogProbabilities(Model, text.Tokens[..^1]);
            TokenScore score = text.Score!.Value;
            Assert.Equal(text.Tokens[^1], score.Token);
            Assert.Equal(expected[score.Token], score.LogProbability, 1e-4);
            Assert.Equal(-expected.Sum(p => p * Math.Exp(p)), score.Entropy, 1e-4);
            Assert.Equal(1 + expected.Count(p => p > expected[score.Token]), score.Rank);
            int[] likeliest = [.. Enumerable.Range(0, 23).OrderByDescending(id => expected[id]).Take(4)];
            Assert.Equal(likeliest, text.Alternatives.Select(a => a.Token));
            Assert.All(text.Alternatives, a => Assert.Equal(expected[a.Token], a.LogProbability, 1e-4));
        }
    }

    [Fact]
    public void The_repetition_penalty_falls_on_prompt_and_text()
    {
        List<int> expected = [1, 7];
        for (int i = 0; i < 30; i++)
        {
            double[] logits = TinyModels.NextLogits(Model, expected.ToArray());
            foreach (int token in expected.Distinct())
                logits[token] = logits[token] > 0 ? logits[token] / 1.5 : logits[token] * 1.5;
            expected.Add(Array.IndexOf(logits, logits.Max()));
        }

        var options = new GenerationOptions { MaxTokens = 30, Sampling = SamplingOptions.Greedy with { RepetitionPenalty = 1.5 } };
        int[] penalised = Run(Model, [1, 7], options).Tokens.ToArray();
        Assert.Equal(expected, penalised);
        Assert.True(penalised.Distinct().Count() > Run(Model, [1, 7], Greedy with { MaxTokens = 30 }).Tokens.ToArray().Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Decoding_a_token_allocates_nothing(string device)
    {
        Transformer model = TinyModels.Random(1, context: 200);
        var loop = new DecodingLoop(model, Device(device));
        loop.Start(TinyModels.Prompt(1, 5), new GenerationOptions { MaxTokens = 150, Sampling = new SamplingOptions { TopP = 0.9, Seed = 1 } });
        loop.Start(TinyModels.Prompt(2, 8), new GenerationOptions { MaxTokens = 150, Scores = true, Sampling = new SamplingOptions { TopK = 5, RepetitionPenalty = 1.1 } });
        loop.Start(TinyModels.Prompt(3, 8), new GenerationOptions { MaxTokens = 150 });

        // The caches hold 64 tokens, then 128: between the two nothing grows.
        for (int i = 0; i < 65; i++)
            loop.Step();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 40; i++)
            loop.Step();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(3, loop.Running.Length);
    }

    [Theory]
    [InlineData(DType.F32, DType.F32)]
    [InlineData(DType.F32, DType.F16)]
    [InlineData(DType.Q8_0, DType.Q8_0)]
    [InlineData(DType.Q4_0, DType.F32)]
    [InlineData(DType.Q4_K, DType.F16)]
    public void Decoding_with_packed_weights_and_any_cache_allocates_nothing(DType weights, DType cache)
    {
        Transformer model = TinyModels.Quantised(weights, context: 200);
        foreach (Parameter parameter in model.Parameters)
            Kernels.Simd.Pack(parameter.Tensor);
        var loop = new DecodingLoop(model, Kernels.Simd);
        SamplingOptions[] samplings = [SamplingOptions.Greedy, new() { Seed = 2 }, new() { TopK = 5, TopP = 0.9, MinP = 0.01, FrequencyPenalty = 0.1 }];
        foreach (SamplingOptions sampling in samplings)
            loop.Start(TinyModels.Prompt(1, 5), new GenerationOptions { MaxTokens = 150, Sampling = sampling, CacheType = cache });
        for (int i = 0; i < 65; i++)
            loop.Step();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 40; i++)
            loop.Step();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Prompts_that_cannot_be_read_are_refused()
    {
        var loop = new DecodingLoop(Model, Kernels.Reference);
        Assert.Contains("no token", Assert.Throws<GrimoireException>(() => loop.Start([], Greedy)).Message, StringComparison.Ordinal);
        Assert.Contains("23", Assert.Throws<GrimoireException>(() => loop.Start([23], Greedy)).Message, StringComparison.Ordinal);
        Assert.Contains("context of 40", Assert.Throws<GrimoireException>(() => loop.Start(new int[41], Greedy)).Message, StringComparison.Ordinal);
        Assert.False(loop.Step());
    }

    private static Kernels Device(string name) => name == "simd" ? Kernels.Simd : Kernels.Reference;

    private static GenerationOptions Sampled(ulong seed, int most) => new() { MaxTokens = most, Sampling = new SamplingOptions { Seed = seed } };

    private static Continuation Run(Transformer model, int[] prompt, GenerationOptions options)
    {
        var loop = new DecodingLoop(model, Kernels.Reference);
        Continuation text = loop.Start(prompt, options);
        Finish(loop);
        return text;
    }

    private static void Finish(DecodingLoop loop)
    {
        while (loop.Step())
        {
        }
    }
}
