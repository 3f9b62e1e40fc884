using Grimoire.Evaluation.Tasks;
using Grimoire.Models;
using Grimoire.Tensors;

namespace Grimoire.Evaluation.Tests;

public sealed class LocalModelTests
{
    private static readonly LanguageModel Tiny = LetterModels.Chatting(context: 64);

    [Fact]
    public void Answers_are_those_of_generate_whatever_their_company()
    {
        string shared = "A beginning that many prompts have in common, ";
        GenerateRequest[] requests =
        [
            .. Enumerable.Range(0, 9).Select(i => new GenerateRequest((i % 2 == 0 ? shared : "") + $"number {i}") { MaxTokens = 3 + (i % 4), Temperature = i % 3 == 0 ? 0 : 0.9, Seed = (ulong)i }),
            .. Enumerable.Range(0, 5).Select(i => new GenerateRequest(shared) { MaxTokens = 6, Temperature = 1, Seed = (ulong)i }),
            new GenerateRequest("ab") { MaxTokens = 4 },
        ];
        var generator = new Generator(Tiny.Transformer, Tiny.Tokenizer, Kernels.Simd);
        foreach (int atOnce in (int[])[1, 3, 64])
        {
            var model = new LocalModel(Tiny, Kernels.Simd, "tiny", atOnce: atOnce);
            IReadOnlyList<GeneratedAnswer> found = model.Generate(requests, TestContext.Current.CancellationToken);
            for (int i = 0; i < requests.Length; i++)
            {
                GeneratedText text = generator.Generate(requests[i].Prompt, new GenerationOptions
                {
                    MaxTokens = requests[i].MaxTokens,
                    Sampling = new SamplingOptions { Temperature = requests[i].Temperature, Seed = requests[i].Seed },
                }, cancellation: TestContext.Current.CancellationToken);
                Assert.Equal((text.Text, text.Tokens.Count, text.PromptTokens), (found[i].Text, found[i].Tokens, found[i].PromptTokens));
                Assert.Equal(found[i].Tokens, found[i].LogProbabilities.Count);
            }
        }
    }

    [Fact]
    public void A_stop_string_ends_an_answer_and_is_no_part_of_it()
    {
        var model = new LocalModel(Tiny, Kernels.Simd, "tiny");
        GeneratedAnswer whole = model.Generate([new GenerateRequest("ab") { MaxTokens = 12 }], TestContext.Current.CancellationToken)[0];
        string stop = whole.Text.Substring(4, 2);
        GeneratedAnswer cut = model.Generate([new GenerateRequest("ab") { MaxTokens = 12, Stop = ["\u0001", stop] }], TestContext.Current.CancellationToken)[0];
        Assert.Equal(whole.Text[..whole.Text.IndexOf(stop, StringComparison.Ordinal)], cut.Text);
        Assert.Equal((true, stop), (cut.Ended, cut.StoppedBy));
        Assert.False(whole.Ended);
    }

    [Fact]
    public void A_prompt_that_is_too_long_loses_its_beginning()
    {
        var model = new LocalModel(Tiny, Kernels.Simd, "tiny");
        GeneratedAnswer answer = model.Generate([new GenerateRequest(new string('x', 200) + "the end") { MaxTokens = 20 }], TestContext.Current.CancellationToken)[0];
        Assert.Equal((44, 20), (answer.PromptTokens, answer.Tokens));
        Assert.Equal(32, model.Generate([new GenerateRequest(new string('x', 200)) { MaxTokens = 1000 }], TestContext.Current.CancellationToken)[0].PromptTokens);
    }

    [Fact]
    public void A_begun_answer_is_gone_on_with()
    {
        var model = new LocalModel(Tiny, Kernels.Simd, "tiny");
        string plain = model.Generate([new GenerateRequest("ab cd") { MaxTokens = 5 }], TestContext.Current.CancellationToken)[0].Text;
        Assert.Equal(plain, model.Generate([new GenerateRequest("ab") { MaxTokens = 5, Begun = " cd" }], TestContext.Current.CancellationToken)[0].Text);
    }

    [Fact]
    public void A_text_longer_than_the_context_is_scored_whole()
    {
        var model = new LocalModel(Tiny, Kernels.Simd, "tiny");
        string text = string.Concat(Enumerable.Range(0, 40).Select(i => $"{i} apples. "));
        ContinuationScore whole = model.ScoreTexts([text], TestContext.Current.CancellationToken)[0];
        Assert.Equal(text.Length, whole.Tokens);
        Assert.Equal(text.Length - 6, model.Score([new ContinuationRequest(text[..6], text[6..])], TestContext.Current.CancellationToken)[0].Tokens);
    }

    [Fact]
    public void A_question_can_be_a_turn_of_a_conversation()
    {
        var model = new LocalModel(Tiny, Kernels.Simd, "tiny");
        Assert.True(model.Chats);
        (IReadOnlyList<string> context, IReadOnlyList<string> continuation) = model.Pieces(new ContinuationRequest("Hi", "Yes") { Chat = true })!.Value;
        Assert.Equal("<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n", string.Concat(context));
        Assert.Equal("Yes", string.Concat(continuation));
    }

    [Fact]
    public void A_fingerprint_tells_models_apart()
    {
        Assert.Equal(ModelFingerprint.Of(LetterModels.Llama()), ModelFingerprint.Of(LetterModels.Llama()));
        Assert.NotEqual(ModelFingerprint.Of(LetterModels.Llama()), ModelFingerprint.Of(LetterModels.Llama(seed: 2)));
    }
}
