using Grimoire.Models.Tokenizers;
using Grimoire.Tensors;

namespace Grimoire.Models.Tests.Generation;

public sealed class GeneratorTests
{
    private const string Letters = "abcdefghijklmnop qrstuvwxyz.,!?";

    private static readonly Tokenizer Characters = TokenizerTrainer.Train([Letters], new TokenizerOptions { Kind = TokenizerKind.Character });
    private static readonly Tokenizer Bytes = TokenizerTrainer.Train(["a"], new TokenizerOptions { Kind = TokenizerKind.Bytes, VocabularySize = 257 });
    private static readonly Transformer Model = TinyModels.Random(5, Characters.VocabularySize, context: 60);
    private readonly Generator generator = new(Model, Characters, Kernels.Reference);

    [Fact]
    public void A_text_is_its_tokens_decoded()
    {
        GeneratedText text = generator.Generate("hello", Sampled(1, 30));
        Assert.Equal(30, text.Tokens.Count);
        Assert.Equal(5, text.PromptTokens);
        Assert.Equal(Characters.Decode([.. text.Tokens.Select(token => token.Id)]), text.Text);
        Assert.Equal(text.Text, string.Concat(text.Tokens.Select(token => token.Text)));
        Assert.All(text.Tokens.SkipLast(1), token => Assert.Null(token.Stop));
        Assert.Equal((StopReason.Length, StopReason.Length), (text.Stop, text.Tokens[^1].Stop!.Value));
    }

    [Fact]
    public async Task All_ways_of_asking_give_the_same()
    {
        string[] prompts = ["hello", "a", "what is it", ""];
        GenerationOptions options = Sampled(7, 25) with { Scores = true };
        IReadOnlyList<GeneratedText> together = generator.GenerateAll(prompts, options);
        for (int i = 0; i < prompts.Length; i++)
        {
            GenerationOptions own = options with { Sampling = options.Sampling with { Seed = 7 + (ulong)i } };
            GeneratedText alone = generator.Generate(prompts[i], own);
            Assert.Equal(alone.Text, together[i].Text);
            Assert.Equal(alone.Stop, together[i].Stop);
            Assert.Equal(alone.Text, string.Concat(generator.Stream(prompts[i], own).Select(token => token.Text)));
            string streamed = "";
            await foreach (GeneratedToken token in generator.StreamAsync(prompts[i], own))
                streamed += token.Text;
            Assert.Equal(alone.Text, streamed);
        }
    }

    [Fact]
    public void Streams_of_one_generator_do_not_disturb_each_other()
    {
        using IEnumerator<GeneratedToken> first = generator.Stream("one", Sampled(1, 20)).GetEnumerator();
        using IEnumerator<GeneratedToken> second = generator.Stream("two", Sampled(2, 20)).GetEnumerator();
        string one = "", two = "";
        while (first.MoveNext() & second.MoveNext())
            (one, two) = (one + first.Current.Text, two + second.Current.Text);
        Assert.Equal(generator.Generate("one", Sampled(1, 20)).Text, one);
        Assert.Equal(generator.Generate("two", Sampled(2, 20)).Text, two);
    }

    [Fact]
    public void A_stop_string_across_tokens_ends_the_text_before_it()
    {
        string whole = generator.Generate("hi", Sampled(3, 40)).Text;
        for (int start = 0; start + 3 <= 30; start += 5)
        {
            string stop = whole.Substring(start, 3);
            string expected = whole[..whole.IndexOf(stop, StringComparison.Ordinal)];
            GeneratedText text = generator.Generate("hi", Sampled(3, 40) with { StopStrings = [stop] });
            Assert.Equal((expected, StopReason.StopString), (text.Text, text.Stop));
            Assert.Equal(expected.Length + 3, text.Tokens.Count);
        }

        // Held back at the end for nothing: it is text after all.
        string last = whole[^2..] + "@";
        Assert.Equal(whole, generator.Generate("hi", Sampled(3, 40) with { StopStrings = [last] }).Text);
    }

    [Theory]
    [InlineData("aé漢😀z", null, "é漢😀z")]
    [InlineData("aé漢😀z", "漢😀", "é")]
    [InlineData("aé漢😀z", "😀", "é漢")]
    public void Characters_of_several_tokens_come_whole(string recited, string? stop, string expected)
    {
        int[] ids = [.. Bytes.Encode(recited), Bytes.EndOfText!.Value];
        var reciter = new Generator(TinyModels.Reciting(Bytes.VocabularySize, ids), Bytes, Kernels.Reference);
        var options = new GenerationOptions { Sampling = SamplingOptions.Greedy, StopStrings = stop is null ? [] : [stop] };
        List<GeneratedToken> tokens = [.. reciter.Stream("a", options)];
        Assert.Equal(expected, string.Concat(tokens.Select(token => token.Text)));
        Assert.Equal(stop is null ? StopReason.StopToken : StopReason.StopString, tokens[^1].Stop);
        Assert.All(tokens, token => Assert.DoesNotContain('\uFFFD', token.Text));
        if (stop is null)
            Assert.Equal(ids[1..], tokens.Select(token => token.Id));
    }

    [Fact]
    public void The_end_of_text_ends_unless_it_is_ignored()
    {
        int end = Characters.EndOfText!.Value;
        Transformer model = TinyModels.Reciting(Characters.VocabularySize, [.. Characters.Encode("abc"), end, .. Characters.Encode("xyz")]);
        var reciter = new Generator(model, Characters, Kernels.Reference);
        var options = new GenerationOptions { Sampling = SamplingOptions.Greedy, MaxTokens = 6 };
        Assert.Equal(("bc", StopReason.StopToken), (reciter.Generate("a", options).Text, reciter.Generate("a", options).Stop));
        Assert.Equal("bcxyz", reciter.Generate("a", options with { IgnoreEndOfText = true, MaxTokens = 6 }).Text);
        Assert.Equal(("b", StopReason.StopToken), (reciter.Generate("a", options with { StopTokens = Characters.Encode("c") }) is var t ? (t.Text, t.Stop) : default));
        Assert.Equal("xyz", reciter.Generate("", options with { MaxTokens = 3 }).Text);
        Assert.Equal("bc", reciter.Search("a", new BeamOptions { Width = 3, MaxTokens = 8 })[0].Text);
    }

    [Fact]
    public void Cancellation_takes_effect_within_one_token()
    {
        using var source = new CancellationTokenSource();
        int count = 0;
        Assert.Throws<OperationCanceledException>(() =>
        {
            foreach (GeneratedToken _ in generator.Stream("hello", Sampled(1, 50), cancellation: source.Token))
            {
                if (++count == 3)
                    source.Cancel();
            }
        });
        Assert.Equal(3, count);
        Assert.Equal(generator.Generate("x", Sampled(1, 5)).Text, new Generator(Model, Characters, Kernels.Reference).Generate("x", Sampled(1, 5)).Text);
    }

    [Fact]
    public async Task Asynchronous_streams_are_cancelled_too()
    {
        using var source = new CancellationTokenSource();
        int count = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (GeneratedToken _ in generator.StreamAsync("hello", Sampled(1, 50)).WithCancellation(source.Token))
            {
                if (++count == 3)
                    await source.CancelAsync();
            }
        });
        Assert.Equal(3, count);
    }

    [Fact]
    public void A_conversation_rereads_only_what_is_new()
    {
        var cache = new PromptCache(Model.Config);
        GeneratedText first = generator.Generate("hello there", Sampled(1, 10), cache);
        string next = "hello there" + first.Text + " and";
        GeneratedText second = generator.Generate(next, Sampled(2, 10), cache);
        Assert.Equal((0, 20), (first.ReusedTokens, second.ReusedTokens));
        Assert.Equal(generator.Generate(next, Sampled(2, 10)).Text, second.Text);
    }

    [Fact]
    public void Scores_stand_beside_their_pieces()
    {
        const string Text = "to be, or not to be?";
        IReadOnlyList<ScoredToken> scored = generator.Score(Text);
        Assert.Equal(Text, string.Concat(scored.Select(token => token.Text)));
        int[] read = [Characters.EndOfText!.Value, .. Characters.Encode(Text)];
        for (int i = 0; i < scored.Count; i++)
            Assert.Equal(TinyModels.LogProbabilities(Model, read.AsSpan(0, i + 1))[read[i + 1]], scored[i].Score!.Value.LogProbability, 1e-4);
        Assert.Empty(generator.Score(""));
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        foreach (GenerationOptions wrong in new GenerationOptions[] { new() { MaxTokens = -1 }, new() { Alternatives = -1 }, new() { StopStrings = [""] }, new() { Sampling = new() { TopP = 2 } } })
            Assert.Throws<GrimoireException>(() => generator.Generate("a", wrong));
    }

    private static GenerationOptions Sampled(ulong seed, int most) =>
        new() { MaxTokens = most, IgnoreEndOfText = true, Sampling = new SamplingOptions { Seed = seed } };
}
