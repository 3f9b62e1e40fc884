using Grimoire.Models.Tokenizers;
using Grimoire.Tensors;

namespace Grimoire.Models.Tests.Embeddings;

/// <summary>BERT with its own tokenizer, from a folder and from a GGUF file, as sentence-transformers would have it.</summary>
public sealed class EncoderTests
{
    private const string TokenizerJson = """
        {"version": "1.0", "added_tokens": [
          {"id": 0, "content": "[PAD]", "special": true, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false},
          {"id": 100, "content": "[UNK]", "special": true, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false},
          {"id": 101, "content": "[CLS]", "special": true, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false},
          {"id": 102, "content": "[SEP]", "special": true, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false}],
         "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true},
         "pre_tokenizer": {"type": "BertPreTokenizer"},
         "post_processor": {"type": "TemplateProcessing",
           "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
           "pair": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}},
                    {"Sequence": {"id": "B", "type_id": 1}}, {"SpecialToken": {"id": "[SEP]", "type_id": 1}}],
           "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [101], "tokens": ["[CLS]"]}, "[SEP]": {"id": "[SEP]", "ids": [102], "tokens": ["[SEP]"]}}},
         "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
         "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
           "vocab": {"[PAD]": 0, UNUSED, "[UNK]": 100, "[CLS]": 101, "[SEP]": 102, "the": 103, "cat": 104, "kit": 105, "##ten": 106, "##s": 107, "sat": 108, ".": 109}}}
        """;

    // BERT's special tokens have these ids wherever they are not said otherwise.
    private static readonly string Unused = string.Join(", ", Enumerable.Range(1, 99).Select(i => $"\"[unused{i}]\": {i}"));

    [Theory]
    [InlineData("mean_tokens", Pooling.Mean)]
    [InlineData("cls_token", Pooling.First)]
    public void A_folder_and_a_GGUF_file_give_the_vectors_that_their_hidden_states_say(string mode, Pooling pooling)
    {
        using var scratch = new Scratch();
        LanguageModel model = Write(scratch, mode, pooling);
        using EmbeddingModel folder = EmbeddingModel.Load(scratch["folder"], Kernels.Reference);
        using EmbeddingModel file = EmbeddingModel.Load(scratch["bert.gguf"], Kernels.Reference);
        Assert.Equal((pooling, pooling), (folder.Settings.Pooling, file.Settings.Pooling));
        foreach ((string text, int[] ids) in new[] { ("The cat sat.", new[] { 101, 103, 104, 108, 109, 102 }), ("kittens", [101, 105, 106, 107, 102]), ("", [101, 102]) })
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
        using EmbeddingModel model = new(Write(scratch, "mean_tokens", Pooling.Mean), kernels: Kernels.Reference);
        TextEmbedding cut = model.Embed([string.Concat(Enumerable.Repeat("the cat ", 50))])[0];
        Assert.Equal((24, 100 - 22), (cut.Tokens, cut.CutTokens));
        Assert.Equal(model.Embed([string.Concat(Enumerable.Repeat("the cat ", 11))])[0].Vector, cut.Vector);
    }

    [Fact]
    public void An_encoder_neither_chats_nor_writes()
    {
        using var scratch = new Scratch();
        LanguageModel model = Write(scratch, "mean_tokens", Pooling.Mean);
        Assert.Contains("encoder", Assert.Throws<GrimoireException>(() => model.AsChatClient()).Message, StringComparison.Ordinal);
        Assert.Contains("encoder", Assert.Throws<GrimoireException>(() => model.Generate("the cat")).Message, StringComparison.Ordinal);
    }

    /// <summary>A tiny BERT in both formats, with what sentence-transformers puts beside a folder.</summary>
    private static LanguageModel Write(Scratch scratch, string mode, Pooling pooling)
    {
        scratch.Write("folder/tokenizer.json", TokenizerJson.Replace("UNUSED", Unused, StringComparison.Ordinal));
        Transformer transformer = FamilyModels.Random(FamilyModels.Random("bert").Config with { Vocabulary = 110 });
        ModelFolder.Save(scratch["folder"], transformer);
        scratch.Write("folder/modules.json", """
            [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
             {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
             {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}]
            """);
        scratch.Write("folder/1_Pooling/config.json", $$"""{"word_embedding_dimension": 32, "pooling_mode_{{mode}}": true}""");
        var model = new LanguageModel(transformer, Tokenizer.Load(scratch["folder"]));
        model.SaveGguf(scratch["bert.gguf"], pooling: pooling);
        return model;
    }

    private static float[] Expected(Transformer model, int[] ids, Pooling pooling)
    {
        var workspace = new Workspace(Kernels.Reference);
        Pass pass = model.Begin(workspace, Batch.Of(ids));
        float[][] rows = [.. model.Stream(pass, model.Embed(pass)).ToArray<float>().Chunk(model.Config.Channels)];
        double[] pooled = [.. Enumerable.Range(0, model.Config.Channels).Select(channel => pooling == Pooling.First ? rows[0][channel] : rows.Average(row => (double)row[channel]))];
        double norm = Math.Sqrt(pooled.Sum(x => x * x));
        return [.. pooled.Select(x => (float)(x / norm))];
    }
}
