using Grimoire.Models.Tests.Generation;

namespace Grimoire.Models.Tests.Embeddings;

public sealed class EmbeddingSettingsTests
{
    private const string Modules = """
        [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
         {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}
        """;

    private static readonly ModelConfig Config = TinyModels.Random(1).Config;

    [Fact]
    public void Without_files_it_is_what_is_usual()
    {
        using var scratch = new Scratch();
        Assert.Equal(EmbeddingSettings.For(Config), EmbeddingSettings.Read(scratch.Folder, Config));
    }

    [Theory]
    [InlineData("mean_tokens", Pooling.Mean)]
    [InlineData("cls_token", Pooling.First)]
    [InlineData("lasttoken", Pooling.Last)]
    public void The_files_of_sentence_transformers_are_read(string mode, Pooling expected)
    {
        using var scratch = new Scratch();
        scratch.Write("modules.json", Modules + """, {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}]""");
        scratch.Write("1_Pooling/config.json", $$"""{"word_embedding_dimension": 32, "pooling_mode_{{mode}}": true, "pooling_mode_max_tokens": false}""");
        scratch.Write("sentence_bert_config.json", """{"max_seq_length": 30, "do_lower_case": false}""");
        scratch.Write("config_sentence_transformers.json", """{"prompts": {"query": "Question: ", "document": ""}, "default_prompt_name": "query"}""");
        Assert.Equal(new EmbeddingSettings { Pooling = expected, MaxTokens = 30, Prefix = "Question: " }, EmbeddingSettings.Read(scratch.Folder, Config));
        scratch.Write("modules.json", Modules + "]");
        Assert.False(EmbeddingSettings.Read(scratch.Folder, Config).Normalize);
    }

    [Theory]
    [InlineData("{\"pooling_mode_max_tokens\": true}", "pooling_mode_max_tokens")]
    [InlineData("{\"pooling_mode_mean_tokens\": true, \"pooling_mode_cls_token\": true}", "2 ways")]
    [InlineData("{}", "0 ways")]
    [InlineData("{\"pooling_mode_mean_tokens\": \"yes\"}", "true or false")]
    [InlineData("[]", "an object")]
    public void Pooling_that_is_not_done_here_is_refused(string pooling, string named)
    {
        using var scratch = new Scratch();
        scratch.Write("modules.json", Modules + "]");
        string path = scratch.Write("1_Pooling/config.json", pooling);
        AssertRefused(scratch, path, named);
    }

    [Theory]
    [InlineData("modules.json", """, {"path": "2_Dense", "type": "sentence_transformers.models.Dense"}]""", "Dense")]
    [InlineData("modules.json", """, {"path": "../elsewhere", "type": "sentence_transformers.models.Pooling"}]""", "leads out")]
    [InlineData("sentence_bert_config.json", """{"do_lower_case": true}""", "do_lower_case")]
    [InlineData("config_sentence_transformers.json", """{"prompts": {}, "default_prompt_name": "query"}""", "query")]
    public void What_would_change_the_vectors_is_refused(string file, string text, string named)
    {
        using var scratch = new Scratch();
        scratch.Write("1_Pooling/config.json", """{"pooling_mode_mean_tokens": true}""");
        scratch.Write("modules.json", Modules + "]");
        scratch.Write(file, file == "modules.json" ? Modules + text : text);
        AssertRefused(scratch, file, named);
    }

    private static void AssertRefused(Scratch scratch, string file, string named)
    {
        string message = Assert.Throws<GrimoireException>(() => EmbeddingSettings.Read(scratch.Folder, Config)).Message;
        Assert.Contains(file, message, StringComparison.Ordinal);
        Assert.Contains(named, message, StringComparison.Ordinal);
    }
}
