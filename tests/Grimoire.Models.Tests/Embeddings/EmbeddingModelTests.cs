using Grimoire.Models.Tests.Generation;
using Grimoire.Models.Tokenizers;
using Grimoire.Tensors;
using Microsoft.Extensions.AI;

namespace Grimoire.Models.Tests.Embeddings;

public sealed class EmbeddingModelTests
{
    private static readonly Tokenizer Characters = TokenizerTrainer.Train(
        ["abcdefghijklmnop qrstuvwxyz.,!?"], new TokenizerOptions { Kind = TokenizerKind.Character });

    private static readonly LanguageModel Model = new(TinyModels.Random(5, Characters.VocabularySize, context: 60), Characters);

    [Theory]
    [InlineData(Pooling.Mean)]
    [InlineData(Pooling.First)]
    [InlineData(Pooling.Last)]
    public void A_vector_is_what_pooling_says_of_the_hidden_states(Pooling pooling)
    {
        int[] ids = Characters.Encode("hello there");
        var workspace = new Workspace(Kernels.Reference);
        Pass pass = Model.Transformer.Begin(workspace, Batch.Of(ids));
        float[] hidden = Model.Transformer.Stream(pass, Model.Transformer.Embed(pass)).ToArray<float>();
        float[][] rows = [.. hidden.Chunk(32)];
        float[] expected = pooling switch
        {
            Pooling.First => rows[0],
            Pooling.Last => rows[^1],
            _ => [.. Enumerable.Range(0, 32).Select(channel => rows.Average(row => row[channel]))],
        };
        TextEmbedding plain = Of(new EmbeddingSettings { Pooling = pooling, Normalize = false }).Embed(["hello there"])[0];
        AssertClose(expected, plain.Vector);
        double norm = Math.Sqrt(expected.Sum(x => (double)x * x));
        AssertClose([.. expected.Select(x => (float)(x / norm))], Of(new EmbeddingSettings { Pooling = pooling }).Embed(["hello there"])[0].Vector);
        Assert.Equal((11, 0), (plain.Tokens, plain.CutTokens));
    }

    [Fact]
    public void Company_changes_nothing()
    {
        EmbeddingModel model = Of(new EmbeddingSettings());
        string[] texts = [.. Enumerable.Range(1, 150).Select(i => new string((char)('a' + (i % 26)), (i * 37 % 60) + 1))];
        Assert.True(texts.Sum(text => text.Length) > 2048);
        IReadOnlyList<TextEmbedding> together = model.Embed(texts);
        for (int i = 0; i < texts.Length; i += 7)
            AssertClose(model.Embed([texts[i]])[0].Vector, together[i].Vector);
    }

    [Fact]
    public async Task Several_threads_may_ask_at_once()
    {
        EmbeddingModel model = Of(new EmbeddingSettings());
        string[] texts = [.. "abcdefgh".Select(letter => new string(letter, 20))];
        float[][] alone = [.. texts.Select(text => model.Embed([text])[0].Vector)];
        GeneratedEmbeddings<Embedding<float>>[] together = await Task.WhenAll(texts.Select(text => model.GenerateAsync([text])));
        for (int i = 0; i < texts.Length; i++)
            Assert.Equal(alone[i], together[i][0].Vector.ToArray());
    }

    [Fact]
    public async Task A_long_text_is_cut_and_says_so()
    {
        using EmbeddingModel model = Of(new EmbeddingSettings { MaxTokens = 10 });
        TextEmbedding cut = model.Embed(["hello there, friend"])[0];
        Assert.Equal((10, 9), (cut.Tokens, cut.CutTokens));
        Assert.Equal(model.Embed(["hello ther"])[0].Vector, cut.Vector);
        GeneratedEmbeddings<Embedding<float>> generated = await model.GenerateAsync(["hi", "hello there, friend"]);
        Assert.Equal((null, 9), (generated[0].AdditionalProperties, generated[1].AdditionalProperties!["cut_tokens"]));
        Assert.Equal((12, "llama"), (generated.Usage!.InputTokenCount, generated[0].ModelId));
        Assert.Equal(60, Of(new EmbeddingSettings()).Embed([new string('a', 100)])[0].Tokens);
    }

    [Fact]
    public void A_prefix_stands_before_every_text() =>
        Assert.Equal(Of(new EmbeddingSettings()).Embed(["query, hi"])[0].Vector, Of(new EmbeddingSettings { Prefix = "query, " }).Embed(["hi"])[0].Vector);

    [Fact]
    public void An_encoder_sees_the_whole_text_and_pools_its_mean()
    {
        Assert.Equal(Pooling.Last, EmbeddingSettings.For(Model.Config).Pooling);
        ModelConfig config = Model.Config with { Causal = false, Head = false };
        Assert.Equal(Pooling.Mean, EmbeddingSettings.For(config).Pooling);
        var source = Model.Transformer.Parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Tensor);
        var encoder = new EmbeddingModel(
            new LanguageModel(new Transformer(config, (name, _) => source[name]), Characters), new EmbeddingSettings { Pooling = Pooling.First }, Kernels.Reference);
        Assert.True(Distance(encoder.Embed(["hello there"])[0].Vector, encoder.Embed(["hello"])[0].Vector) > 1e-3);
        EmbeddingModel decoder = Of(new EmbeddingSettings { Pooling = Pooling.First });
        AssertClose(decoder.Embed(["hello there"])[0].Vector, decoder.Embed(["hello"])[0].Vector);
    }

    [Fact]
    public void Nothing_is_done_for_nobody_and_after_the_end()
    {
        EmbeddingModel model = Of(new EmbeddingSettings());
        Assert.Empty(model.Embed([]));
        Assert.Contains("empty", Assert.Throws<GrimoireException>(() => model.Embed(["a", ""])).Message, StringComparison.Ordinal);
        Assert.Throws<OperationCanceledException>(() => model.Embed(["a"], new CancellationToken(canceled: true)));
        Assert.Throws<GrimoireException>(() => Of(new EmbeddingSettings { MaxTokens = -1 }));
    }

    [Fact]
    public async Task Options_that_cannot_be_honoured_are_refused()
    {
        using EmbeddingModel model = Of(new EmbeddingSettings());
        Assert.Single(await model.GenerateAsync(["a"], new EmbeddingGenerationOptions { Dimensions = 32, ModelId = "llama" }));
        foreach (EmbeddingGenerationOptions options in new EmbeddingGenerationOptions[] { new() { Dimensions = 16 }, new() { ModelId = "other" }, new() { AdditionalProperties = new() { ["x"] = 1 } } })
            await Assert.ThrowsAsync<GrimoireException>(() => model.GenerateAsync(["a"], options));
        IEmbeddingGenerator generator = model;
        Assert.Equal((32, "llama"), (generator.GetService<EmbeddingGeneratorMetadata>()!.DefaultModelDimensions, generator.GetService<EmbeddingGeneratorMetadata>()!.DefaultModelId));
        Assert.Same(Model, generator.GetService<LanguageModel>());
    }

    private static EmbeddingModel Of(EmbeddingSettings settings) => new(Model, settings, Kernels.Reference);

    private static double Distance(float[] a, float[] b) => a.Zip(b, (x, y) => Math.Abs((double)x - y)).Max();

    private static void AssertClose(float[] expected, float[] actual) => Assert.True(Distance(expected, actual) < 1e-5, $"{Distance(expected, actual)}");
}
