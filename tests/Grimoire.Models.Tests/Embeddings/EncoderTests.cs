using Grimoire.Models.Formats;
using Grimoire.Models.Tokenizers;
using Grimoire.Tensors;

namespace Grimoire.Models.Tests.Embeddings;

/// <summary>BERT with its own tokenizer, from a folder and from a GGUF file, as sentence-transformers would have it.</summary>
public sealed class EncoderTests
{
    private const string TokenizerJson = """
        {"version": "1.0", "added_tokens": [
          {"id": 0, "content": "[PAD]", "special": true, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false},
          {"id": 1, "content": "[UNK]", "special": true, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false},
          {"id": 2, "content": "[CLS]", "special": true, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false},
          {"id": 3, "content": "[SEP]", "special": true, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false}],
         "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true},
         "pre_tokenizer": {"type": "BertPreTokenizer"},
         "post_processor": {"type": "TemplateProcessing",
           "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
           "pair": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}},
                    {"Sequence": {"id": "B", "type_id": 1}}, {"SpecialToken": {"id": "[SEP]", "type_id": 1}}],
           "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]}, "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]}}},
         "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
         "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
           "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "the": 4, "cat": 5, "kit": 6, "##ten": 7, "##s": 8, "sat": 9, ".": 10}}}
        """;

    [Theory]
    [InlineData("mean_tokens", 1, Pooling.Mean)]
    [InlineData("cls_token", 2, Pooling.First)]
    public void A_folder_and_a_GGUF_file_give_the_vectors_that_their_hidden_states_say(string mode, int poolingType, Pooling pooling)
    {
        using var scratch = new Scratch();
        LanguageModel model = Write(scratch, mode, poolingType);
        using EmbeddingModel folder = EmbeddingModel.Load(scratch["folder"], Kernels.Reference);
        var file = new EmbeddingModel(
            new LanguageModel(GgufModel.Load(scratch["bert.gguf"]), model.Tokenizer), EmbeddingSettings.Read(scratch["bert.gguf"], model.Config), Kernels.Reference);
        Assert.Equal((pooling, pooling), (folder.Settings.Pooling, file.Settings.Pooling));
        foreach ((string text, int[] ids) in new[] { ("The cat sat.", new[] { 2, 4, 5, 9, 10, 3 }), ("kittens", [2, 6, 7, 8, 3]), ("", [2, 3]) })
        {
            float[] expected = Expected(model.Transformer, ids, pooling);
            foreach (EmbeddingModel opened in new[] { folder, file })
            {
                TextEmbedding embedding = opened.Embed([text])[0];
                Assert.Equal(ids.Length, embedding.Tokens);
                Assert.True(expected.Zip(embedding.Vector, (x, y) => Math.Abs(x - y)).Max() < 1e-5);
            }
        }
    }

    [Fact]
    public void A_long_text_keeps_the_tokens_around_it()
    {
        using var scratch = new Scratch();
        using EmbeddingModel model = new(Write(scratch, "mean_tokens", 1), kernels: Kernels.Reference);
        TextEmbedding cut = model.Embed([string.Concat(Enumerable.Repeat("the cat ", 50))])[0];
        Assert.Equal((24, 100 - 22), (cut.Tokens, cut.CutTokens));
        Assert.Equal(model.Embed([string.Concat(Enumerable.Repeat("the cat ", 11))])[0].Vector, cut.Vector);
    }

    [Fact]
    public void An_encoder_neither_chats_nor_writes()
    {
        using var scratch = new Scratch();
        LanguageModel model = Write(scratch, "mean_tokens", 1);
        Assert.Contains("encoder", Assert.Throws<GrimoireException>(() => model.AsChatClient()).Message, StringComparison.Ordinal);
        Assert.Contains("encoder", Assert.Throws<GrimoireException>(() => model.Generate("the cat")).Message, StringComparison.Ordinal);
    }

    /// <summary>A tiny BERT in both formats, with what sentence-transformers puts beside a folder.</summary>
    private static LanguageModel Write(Scratch scratch, string mode, int poolingType)
    {
        scratch.Write("folder/tokenizer.json", TokenizerJson);
        Transformer transformer = FamilyModels.Random(FamilyModels.Random("bert").Config with { Vocabulary = 11 });
        ModelFolder.Save(scratch["folder"], transformer);
        scratch.Write("folder/modules.json", """
            [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
             {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
             {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}]
            """);
        scratch.Write("folder/1_Pooling/config.json", $$"""{"word_embedding_dimension": 32, "pooling_mode_{{mode}}": true}""");
        GgufModel.Save(scratch["bert.gguf"], transformer, metadata: GgufMetadata.Of([KeyValuePair.Create("bert.pooling_type", GgufValue.Of(poolingType))]));
        return new LanguageModel(transformer, Tokenizer.Load(scratch["folder"]));
    }

    private static float[] Expected(Transformer model, int[] ids, Pooling pooling)
    {
        var workspace = new Workspace(Kernels.Reference);
        Pass pass = model.Begin(workspace, Batch.Of(ids));
        float[][] rows = [.. model.Stream(pass, model.Embed(pass)).Span<float>().ToArray().Chunk(model.Config.Channels)];
        double[] pooled = [.. Enumerable.Range(0, model.Config.Channels).Select(channel => pooling == Pooling.First ? rows[0][channel] : rows.Average(row => (double)row[channel]))];
        double norm = Math.Sqrt(pooled.Sum(x => x * x));
        return [.. pooled.Select(x => (float)(x / norm))];
    }
}
