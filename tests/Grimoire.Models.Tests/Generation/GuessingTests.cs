using Grimoire.Tensors;
using Grimoire.Tests;

namespace Grimoire.Models.Tests.Generation;

/// <summary>Tokens guessed ahead change how often the model is run, and nothing else.</summary>
public sealed class GuessingTests
{
    private static readonly Transformer Model = TinyModels.Random(1, context: 60);

    /// <summary>A prompt that repeats itself, and a text that does.</summary>
    private static readonly int[] Prompt = [1, 2, 3, 4, 5, 6, 1, 2, 3, 4];

    public static TheoryData<string> Samplings => ["greedy", "plain", "filtered", "penalised"];

    [Fact]
    public void Look_up_goes_on_from_the_place_most_like_the_end()
    {
        Assert.Equal([4, 5], Lookup.Guess([1, 2, 3, 4, 5, 6, 9, 2, 3], 3).ToArray());
        Assert.Equal([5], Lookup.Guess([1, 2, 3, 4, 8, 2, 3, 5, 1, 2, 3, 7, 8, 2, 3], 1).ToArray());
        Assert.Equal([9, 7], Lookup.Guess([7, 8, 1, 7, 8, 9, 7, 8], 9).ToArray());
        Assert.Equal([9, 1, 2, 3, 4], Lookup.Guess([1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7, 8], 5).ToArray());
        Assert.Empty(Lookup.Guess([1, 2, 3, 4], 3).ToArray());
        Assert.Empty(Lookup.Guess([5, 3, 1, 3], 3).ToArray());
        Assert.Empty(Lookup.Guess([3], 3).ToArray());
    }

    [Theory]
    [MemberData(nameof(Samplings))]
    public void With_look_up_the_text_is_the_same_token_for_token(string sampling)
    {
        GenerationOptions plain = new() { MaxTokens = 45, Scores = true, Sampling = Sampling(sampling) };
        (Continuation[] expected, _) = Run(plain, draft: null);
        (Continuation[] guessed, int steps) = Run(plain with { Lookup = 5 }, draft: null);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i].Tokens.ToArray(), guessed[i].Tokens.ToArray());
        Assert.True(steps >= 45, "each step is one token");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void With_a_draft_the_likeliest_text_is_the_same(int seed)
    {
        GenerationOptions greedy = new() { MaxTokens = 45, Sampling = SamplingOptions.Greedy with { RepetitionPenalty = 1.2 } };
        (Continuation[] expected, _) = Run(greedy, draft: null);
        (Continuation[] guessed, _) = Run(greedy with { DraftTokens = 3 }, TinyModels.Random(seed, context: 50));
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i].Tokens.ToArray(), guessed[i].Tokens.ToArray());
    }

    [Fact]
    public void A_draft_that_is_the_model_itself_is_nearly_always_right()
    {
        foreach (SamplingOptions sampling in (SamplingOptions[])[SamplingOptions.Greedy, Sampling("plain"), Sampling("filtered")])
        {
            var loop = new DecodingLoop(Model, Kernels.Reference, draft: Model);
            Continuation text = loop.Start(Prompt, new GenerationOptions { MaxTokens = 40, DraftTokens = 4, Sampling = sampling });
            int guesses = 0, right = 0;
            while (loop.Running.Length > 0)
            {
                loop.Step();
                (guesses, right) = (guesses + text.Guesses, right + (text.WasGuessed ? 1 : 0));
            }

            Assert.InRange(guesses, 30, 36);
            Assert.InRange(right, guesses - 2, guesses);
        }
    }

    [Theory]
    [InlineData(1.0, 0, 1.0, 1.0)]
    [InlineData(0.7, 3, 1.0, 1.0)]
    [InlineData(1.3, 0, 0.85, 1.3)]
    public void With_a_draft_texts_are_as_probable_as_without(double temperature, int topK, double topP, double penalty)
    {
        const int Vocabulary = 5, Length = 3, Texts = 12000;
        Transformer model = TinyModels.Random(3, Vocabulary), draft = TinyModels.Random(4, Vocabulary);
        var sampling = new SamplingOptions { Temperature = temperature, TopK = topK, TopP = topP, RepetitionPenalty = penalty };
        double[] expected = Enumerated(model, sampling, Length), foreign = Enumerated(draft, sampling, Length);
        (double[] counts, int guesses, int right) = Drawn(model, draft, sampling, Length, Texts);

        // 124 degrees of freedom at most: 200 is beyond the 99.99th percentile. The seeds are fixed, so this cannot be a matter of luck.
        Assert.InRange(ChiSquare(counts, expected), 0, 200);
        Assert.True(ChiSquare(counts, foreign) > 1000, "the two models are too alike to prove anything");
        Assert.InRange(right, guesses / 10, guesses * 19 / 20);
    }

    [Fact]
    public void A_text_ends_at_its_stop_token_its_length_and_its_context_as_without()
    {
        foreach (GenerationOptions options in (GenerationOptions[])[
            new() { MaxTokens = 45, Sampling = Sampling("plain"), StopTokens = [7, 11] }, new() { MaxTokens = 3, Sampling = Sampling("plain") },
            new() { MaxTokens = 200, Sampling = Sampling("filtered") }, new() { MaxTokens = 130, Slide = true, Sampling = Sampling("plain") }])
        {
            var loop = new DecodingLoop(Model, Kernels.Reference);
            var cache = new PromptCache(Model.Config);
            Continuation plain = loop.Start(Prompt, options), guessed = loop.Start(Prompt, options with { Lookup = 6 }, cache);
            Finish(loop);
            Assert.Equal(plain.Tokens.ToArray(), guessed.Tokens.ToArray());
            Assert.Equal(plain.Stop, guessed.Stop);
            if (options.Slide)
                continue;

            // What is left in the cache is good for going on.
            int[] longer = [.. plain.Tokens[..(Prompt.Length + 2)], 3];
            Continuation again = loop.Start(longer, options with { MaxTokens = 5 }, cache), anew = loop.Start(longer, options with { MaxTokens = 5 });
            Finish(loop);
            Assert.Equal(anew.Tokens.ToArray(), again.Tokens.ToArray());
            Assert.Equal(Prompt.Length + 2, again.ReusedTokens);
        }
    }

    [Fact]
    public void A_draft_may_know_more_or_fewer_ids_and_have_a_shorter_context()
    {
        GenerationOptions options = new() { MaxTokens = 40, Sampling = SamplingOptions.Greedy };
        (Continuation[] expected, _) = Run(options, draft: null);
        foreach (Transformer draft in (Transformer[])[TinyModels.Random(5, 30), TinyModels.Random(5, 9), TinyModels.Random(5, context: 16)])
        {
            (Continuation[] guessed, _) = Run(options, draft);
            for (int i = 0; i < expected.Length; i++)
                Assert.Equal(expected[i].Tokens.ToArray(), guessed[i].Tokens.ToArray());
            Run(options with { Sampling = Sampling("plain") }, draft);
        }
    }

    [Fact]
    public void Guessing_allocates_nothing_once_warm()
    {
        Transformer model = TinyModels.Random(1, context: 500), draft = TinyModels.Random(2, context: 500);
        foreach (GenerationOptions options in (GenerationOptions[])[new() { Lookup = 4 }, new() { DraftTokens = 3 }, new() { DraftTokens = 2, Sampling = SamplingOptions.Greedy }])
        {
            var loop = new DecodingLoop(model, Kernels.Simd, draft: options.Lookup > 0 ? null : draft);
            loop.Start(Prompt, options with { MaxTokens = 400 });
            for (int i = 0; i < 130; i++)
                loop.Step();
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 60; i++)
                loop.Step();
            Assert.Equal((0, options.Lookup), (GC.GetAllocatedBytesForCurrentThread() - before, options.Lookup));
        }
    }

    [Fact]
    public void The_story_of_a_real_model_is_the_same_with_guesses()
    {
        string? folder = Shared.Path("golden/stories260K");
        Assert.SkipWhen(folder is null, "needs ../shared/golden");
        Transformer model = ModelFolder.Load(Path.Combine(folder, "hf"));
        int[] prompt = [1, 403, 407, 261, 378];
        foreach (SamplingOptions sampling in (SamplingOptions[])[SamplingOptions.Greedy, new() { Temperature = 0.8, Seed = 3 }])
        {
            var loop = new DecodingLoop(model, Kernels.Simd, draft: sampling.IsGreedy ? model : null);
            var options = new GenerationOptions { MaxTokens = 300, Sampling = sampling };
            Continuation guessed = loop.Start(prompt, options with { Lookup = 4 });
            Finish(loop);
            loop = new DecodingLoop(model, Kernels.Simd);
            Continuation plain = loop.Start(prompt, options);
            Finish(loop);
            Assert.Equal(plain.Tokens.ToArray(), guessed.Tokens.ToArray());
        }
    }

    private static SamplingOptions Sampling(string name) => name switch
    {
        "greedy" => SamplingOptions.Greedy,
        "plain" => new SamplingOptions { Temperature = 0.5, Seed = 5 },
        "filtered" => new SamplingOptions { Temperature = 0.8, TopK = 6, TopP = 0.9, MinP = 0.05, Seed = 6 },
        _ => new SamplingOptions { Temperature = 0.6, RepetitionPenalty = 1.2, FrequencyPenalty = 0.1, PresencePenalty = 0.2, Seed = 7 },
    };

    /// <summary>Three sequences at once; the number of steps.</summary>
    private static (Continuation[] Texts, int Steps) Run(GenerationOptions options, Transformer? draft)
    {
        var loop = new DecodingLoop(Model, Kernels.Reference, draft: draft);
        Continuation[] texts = [loop.Start(Prompt, options), loop.Start([8, 9, 8, 9], options), loop.Start([4], options)];
        int steps = 1;
        while (loop.Step())
            steps++;
        return (texts, steps);
    }

    private static void Finish(DecodingLoop loop)
    {
        while (loop.Step())
        {
        }
    }

    /// <summary>How often each text was drawn, and how many guesses were made and came true.</summary>
    private static (double[] Counts, int Guesses, int Right) Drawn(Transformer model, Transformer draft, SamplingOptions sampling, int length, int texts)
    {
        var loop = new DecodingLoop(model, Kernels.Simd, draft: draft);
        double[] counts = new double[(int)Math.Pow(model.Config.Vocabulary, length)];
        (int guesses, int right) = (0, 0);
        for (int first = 0; first < texts; first += 100)
        {
            Continuation[] drawn = [.. Enumerable.Range(first, 100).Select(seed => loop.Start([1, 2], new GenerationOptions
            {
                MaxTokens = length, DraftTokens = 2, Sampling = sampling with { Seed = (ulong)seed },
            }))];
            for (bool more = true; more;)
            {
                more = loop.Step();
                (guesses, right) = (guesses + drawn.Sum(text => text.Guesses), right + drawn.Count(text => text.WasGuessed));
            }

            foreach (Continuation text in drawn)
                counts[Index(text.Generated, model.Config.Vocabulary)]++;
        }

        return (counts, guesses, right);
    }

    private static int Index(ReadOnlySpan<int> text, int vocabulary)
    {
        int index = 0;
        foreach (int token in text)
            index = (index * vocabulary) + token;
        return index;
    }

    /// <summary>The probability of each text after the prompt, step by step from the model's float64 logits.</summary>
    private static double[] Enumerated(Transformer model, SamplingOptions sampling, int length)
    {
        List<(int[] Text, double Probability)> texts = [([], 1)];
        for (int i = 0; i < length; i++)
            texts = [.. texts.SelectMany(text => Next(model, sampling, text.Text).Select((p, token) => ((int[])[.. text.Text, token], text.Probability * p)))];
        return [.. texts.Select(text => text.Probability)];
    }

    private static double[] Next(Transformer model, SamplingOptions sampling, int[] text)
    {
        float[] logits = [.. TinyModels.NextLogits(model, [1, 2, .. text]).Select(logit => (float)logit)];
        var seen = new SeenTokens(logits.Length);
        seen.AddPrompt([1, 2]);
        foreach (int token in text)
            seen.AddGenerated(token);
        seen.Penalise(logits, sampling);
        double[] next = new double[logits.Length];
        foreach ((int id, double probability) in new Sampler().Distribution(logits, sampling))
            next[id] = probability;
        return next;
    }

    /// <summary>Σ (counted − expected)²/expected; what cannot be and was counted makes it infinite.</summary>
    private static double ChiSquare(double[] counts, double[] probabilities)
    {
        double sum = 0, texts = counts.Sum();
        for (int i = 0; i < counts.Length; i++)
        {
            double expected = probabilities[i] * texts;
            if (expected > 0)
                sum += (counts[i] - expected) * (counts[i] - expected) / expected;
            else if (counts[i] > 0)
                return double.PositiveInfinity;
        }

        return sum;
    }
}
