using Grimoire.Evaluation.Likelihoods;
using Grimoire.Models.Tokenizers;
using Grimoire.Tests;

namespace Grimoire.Evaluation.Tests;

public sealed class TextBoundariesTests
{
    private static readonly Tokenizer Letters = LetterModels.Llama().Tokenizer;

    [Fact]
    public void White_space_at_the_end_of_a_context_belongs_to_the_continuation()
    {
        (int[] context, int[] continuation) = new TextBoundaries(Letters, 64).Part("ab \n", "cd");
        Assert.Equal(Letters.Encode("ab"), context);
        Assert.Equal(Letters.Encode(" \ncd"), continuation);
    }

    [Fact]
    public void Without_a_context_the_token_that_ends_texts_stands_before()
    {
        int end = Letters.EndOfText!.Value;
        (int[] context, int[] continuation) = new TextBoundaries(Letters, 64).Part("", " cd");
        Assert.Equal([end], context);
        Assert.Equal(Letters.Encode(" cd"), continuation);
        Assert.Equal([end], new TextBoundaries(Letters, 64).Part(" ", "cd").Context);
        Assert.Throws<GrimoireException>(() => new TextBoundaries(Letters, 64).Part("ab", ""));
    }

    [Fact]
    public void A_context_that_is_too_long_loses_its_beginning()
    {
        var boundaries = new TextBoundaries(Letters, 8);
        LikelihoodRequest one = Assert.Single(boundaries.Windows([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [11, 12, 13], 8));
        Assert.Equal([5, 6, 7, 8, 9, 10], one.Context); // with the continuation one more than the context, whose last token is not read
        Assert.Equal([11, 12, 13], one.Continuation);
    }

    [Fact]
    public void A_long_text_is_scored_in_windows_that_score_each_token_once()
    {
        int[] text = [.. Enumerable.Range(10, 20)];
        LikelihoodRequest[] windows = [.. new TextBoundaries(Letters, 8).Windows([1], text, 8)];
        Assert.Equal(text, windows.SelectMany(window => window.Continuation));
        Assert.Equal([1], windows[0].Context);
        Assert.Equal([17], windows[1].Context); // a full window has a single token of context
        Assert.Equal([21, 22, 23, 24, 25], windows[2].Context); // the last one as much as fits
        Assert.Equal([26, 27, 28, 29], windows[2].Continuation);

        LikelihoodRequest[] strided = [.. new TextBoundaries(Letters, 8).Windows([1], text, 2)];
        Assert.Equal(text, strided.SelectMany(window => window.Continuation));
        Assert.All(strided.Skip(1), window => Assert.Equal(9, window.Context.Length + window.Continuation.Length));
    }

    [Fact]
    public void Context_and_continuation_are_encoded_as_one_text()
    {
        string? path = Shared.Path("data/tok-gpt2");
        Assert.SkipWhen(path is null, "data/tok-gpt2 is not there");
        Tokenizer gpt2 = Tokenizer.Load(path!);
        var boundaries = new TextBoundaries(gpt2, 1024);
        (int[] context, int[] continuation) = boundaries.Part("Question: Why?\nAnswer:", " Because");
        Assert.Equal(gpt2.Encode("Question: Why?\nAnswer:"), context);
        Assert.Equal([gpt2.Id(" Because")!.Value], continuation);
        Assert.Equal([gpt2.Id(" Because")!.Value], boundaries.Part("Question: Why?\nAnswer: ", "Because").Continuation);

        // Where all of it grows into one token, nothing of it is known before.
        (context, continuation) = boundaries.Part("ab", "le");
        Assert.Equal([gpt2.EndOfText!.Value], context);
        Assert.Equal(gpt2.Encode("able"), continuation);
    }

    [Fact]
    public void What_a_tokenizer_puts_before_a_text_stands_before_a_context()
    {
        string? path = Shared.Path("golden/stories260K/hf");
        Assert.SkipWhen(path is null, "golden/stories260K is not there");
        Tokenizer tokenizer = Tokenizer.Load(path!);
        var boundaries = new TextBoundaries(tokenizer, 512);
        int begin = tokenizer.BeginOfText!.Value;
        (int[] context, int[] continuation) = boundaries.Part("Once upon a time", " there was");
        Assert.Equal([begin, .. tokenizer.Encode("Once upon a time there was")], context.Concat(continuation));
        Assert.Equal([begin], boundaries.Part("", "Once").Context);
    }
}
