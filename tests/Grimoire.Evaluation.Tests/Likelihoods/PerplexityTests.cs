using System.Text;
using Grimoire.Evaluation.Likelihoods;
using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Tests;
using Grimoire.Training.Runs;

namespace Grimoire.Evaluation.Tests;

public sealed class PerplexityTests
{
    private const string Story =
        "Once upon a time, there was a little girl named Lily. She loved to play outside in the park. One day, she saw a big, red ball. She wanted to play with it, " +
        "but it was too high.\n\"Can you help me?\" she asked her mom. Her mom smiled and said, \"Yes, I can.\"";

    [Fact]
    public void Stories260K_has_the_perplexity_of_a_plain_computation_in_float64()
    {
        string? folder = Shared.Path("golden/stories260K/hf");
        Assert.SkipWhen(folder is null, "golden/stories260K is not there");
        LanguageModel model = LanguageModel.Load(folder!);
        DocumentLikelihood found = Assert.Single(new Perplexity(model, Kernels.Simd).Score([("story", Story)], TestContext.Current.CancellationToken));
        double[] plain = new PlainModel(folder!).LogProbabilities([model.Tokenizer.BeginOfText!.Value, .. model.Tokenizer.Encode(Story)]);
        Assert.Equal(plain.Length, found.Tokens);
        AssertEqual(plain.Sum(), found.LogProbability);
    }

    [Fact]
    public void Gpt2_has_the_perplexity_of_a_plain_computation_in_float64_in_windows_too()
    {
        string? folder = Shared.Path("golden/tiny/gpt2");
        Assert.SkipWhen(folder is null, "golden/tiny/gpt2 is not there");
        var model = LanguageModel.Load(Path.Combine(folder!, "model.gguf"));
        var plain = new PlainModel(Path.Combine(folder!, "hf"));
        int[] ids = [model.Tokenizer.EndOfText!.Value, .. model.Tokenizer.Encode(Story)];
        int context = model.Config.Context;
        Assert.True(ids.Length > 2 * context);
        foreach (int stride in (int[])[context, 20, 7])
        {
            DocumentLikelihood found = Assert.Single(new Perplexity(model, Kernels.Simd, stride).Score([("story", Story)], TestContext.Current.CancellationToken));
            double sum = 0;
            for (int end = Math.Min(context, ids.Length - 1), first = 1; first < ids.Length; first = end + 1, end = Math.Min(end + stride, ids.Length - 1))
                sum += plain.LogProbabilities(ids[Math.Max(0, end - context)..(end + 1)])[^(end - first + 1)..].Sum();
            Assert.Equal(ids.Length - 1, found.Tokens);
            AssertEqual(sum, found.LogProbability);
        }
    }

    [Fact]
    public void Batches_and_company_change_nothing()
    {
        LanguageModel model = LetterModels.Llama(context: 32);
        (string, string)[] documents = [.. Enumerable.Range(0, 12).Select(i => ($"{i}", Story[..(10 + (17 * i))].Replace('\n', ' ')))];
        DocumentLikelihood[] whole = [.. new Perplexity(model, Kernels.Simd).Score(documents, TestContext.Current.CancellationToken)];
        foreach (int batch in (int[])[1, 40, 100_000])
        {
            DocumentLikelihood[] found = [.. new Perplexity(model, Kernels.Simd, batchTokens: batch).Score(documents, TestContext.Current.CancellationToken)];
            for (int i = 0; i < whole.Length; i++)
                AssertEqual(whole[i].LogProbability, found[i].LogProbability);
        }

        DocumentLikelihood alone = Assert.Single(new Perplexity(model, Kernels.Simd).Score([documents[5]], TestContext.Current.CancellationToken));
        AssertEqual(alone.LogProbability, whole[5].LogProbability);
        Assert.Equal((alone.Bytes, alone.Words, alone.Foreseen), (whole[5].Bytes, whole[5].Words, whole[5].Foreseen));
    }

    [Fact]
    public void A_stream_of_documents_is_one_text_with_ends_between_that_are_not_scored()
    {
        LanguageModel model = LetterModels.Llama(context: 256);
        int end = model.Tokenizer.EndOfText!.Value;
        DocumentLikelihood[] found = [.. new Perplexity(model, Kernels.Simd, order: DocumentOrder.Rolling).Score([("a", "One day"), ("b", "she saw")], TestContext.Current.CancellationToken)];
        int[] first = model.Tokenizer.Encode("One day"), second = model.Tokenizer.Encode("she saw");
        TokenScore[] scores = new Scorer(model.Transformer, Kernels.Simd).Score([end, .. first, end, .. second]);
        AssertEqual(scores[..first.Length].Sum(score => score.LogProbability), found[0].LogProbability);
        AssertEqual(scores[(first.Length + 1)..].Sum(score => score.LogProbability), found[1].LogProbability);
    }

    [Fact]
    public void Figures_are_quotients_of_the_same_sum()
    {
        LanguageModel model = LetterModels.Llama();
        var report = new PerplexityReport();
        string[] texts = ["One  day\nshe", "saw it"];
        foreach (DocumentLikelihood document in new Perplexity(model, Kernels.Simd).Score(texts.Select((text, i) => ($"{i}", text)), TestContext.Current.CancellationToken))
            report.Add(document);
        EvaluationResult result = report.Of(new RunInfo { Kind = "perplexity", Command = [], Recipe = [], Seed = 0 }, "tiny", "two texts", [("stride", "128")]);
        double nats = -report.Documents.Sum(document => document.LogProbability);
        int tokens = texts.Sum(text => model.Tokenizer.Encode(text).Length), bytes = texts.Sum(Encoding.UTF8.GetByteCount);
        Assert.Equal(Math.Exp(nats / tokens), Value("perplexity"), 1e-9);
        Assert.Equal(Means.Geometric([Math.Exp(nats / tokens)]), Value("perplexity"), 1e-9);
        Assert.Equal(nats / Math.Log(2) / bytes, Value("bits_per_byte"), 1e-12);
        Assert.Equal(Math.Exp(nats / bytes), Value("byte_perplexity"), 1e-12);
        Assert.Equal(Math.Exp(nats / 5), Value("word_perplexity"), Math.Exp(nats / 5) * 1e-12);
        Assert.Equal(Math.Pow(2, Value("bits_per_byte")), Value("byte_perplexity"), 1e-12);
        Assert.Equal(2, report.Rows().Count());

        double Value(string name) => result.Figures.First(figure => figure.Name == name).Value;
    }

    /// <summary>Equal within 1e-6 of the value.</summary>
    private static void AssertEqual(double expected, double found) => Assert.InRange(found / expected, 1 - 1e-6, 1 + 1e-6);
}
