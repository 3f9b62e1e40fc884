using Grimoire.Models.Formats;
using Grimoire.Models.Tokenizers;

namespace Grimoire.Models.Tests.Generation;

public sealed class GenerationDefaultsTests
{
    [Theory]
    [InlineData("{}", "", 1.0, 1.0)]
    [InlineData("{\"temperature\": 0.6, \"top_p\": 0.9, \"top_k\": 20, \"do_sample\": true}", "temperature 0.6, top_k 20, top_p 0.9", 0.6, 0.9)]
    [InlineData("{\"top_k\": -1}", "top_k 0", 1.0, 1.0)]
    [InlineData("{\"temperature\": 0.6, \"do_sample\": false}", "do_sample false", 0.0, 1.0)]
    [InlineData("{\"min_p\": 0.1, \"repetition_penalty\": 1.1, \"max_length\": 20, \"transformers_version\": \"4.51.0\"}", "min_p 0.1, repetition_penalty 1.1", 1.0, 1.0)]
    public void What_the_makers_say_is_laid_over_the_usual(string json, string words, double temperature, double topP)
    {
        using var scratch = new Scratch();
        scratch.Write("generation_config.json", json);
        GenerationDefaults defaults = GenerationDefaults.Read(scratch.Folder);
        Assert.Equal(words, defaults.Words);
        SamplingOptions sampling = defaults.Over(new SamplingOptions());
        Assert.Equal((temperature, topP), (sampling.Temperature, sampling.TopP));
    }

    [Theory]
    [InlineData("{\"eos_token_id\": 7}", new[] { 7 })]
    [InlineData("{\"eos_token_id\": [128001, 128008, 128009]}", new[] { 128001, 128008, 128009 })]
    [InlineData("{\"eos_token_id\": null}", new int[0])]
    public void Stop_tokens_are_one_or_many(string json, int[] expected)
    {
        using var scratch = new Scratch();
        scratch.Write("generation_config.json", json);
        Assert.Equal(expected, GenerationDefaults.Read(scratch.Folder).StopTokens);
    }

    [Theory]
    [InlineData("{\"eos_token_id\": \"end\"}", "eos_token_id")]
    [InlineData("{\"eos_token_id\": [-1]}", "eos_token_id")]
    [InlineData("{\"temperature\": \"warm\"}", "temperature")]
    [InlineData("{\"temperature\": -1}", "temperature")]
    [InlineData("{\"top_p\": 7}", "top-p")]
    [InlineData("{\"top_k\": 1.5}", "top_k")]
    [InlineData("{\"do_sample\": 1}", "do_sample")]
    [InlineData("{", "JSON")]
    public void What_makes_no_sense_is_refused(string json, string named)
    {
        using var scratch = new Scratch();
        scratch.Write("generation_config.json", json);
        string message = Assert.Throws<GrimoireException>(() => GenerationDefaults.Read(scratch.Folder)).Message;
        Assert.Contains("generation_config.json", message, StringComparison.Ordinal);
        Assert.Contains(named, message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_read_is_written_again()
    {
        using var scratch = new Scratch();
        Tokenizer tokenizer = TokenizerTrainer.Train(["abc"], new TokenizerOptions { Kind = TokenizerKind.Character });
        var said = new GenerationDefaults { Temperature = 0.6, TopK = 20, TopP = 0.95, MinP = 0.05, RepetitionPenalty = 1.1, StopTokens = [1, 2] };
        said.Write(scratch.Folder, tokenizer);
        GenerationDefaults read = GenerationDefaults.Read(scratch.Folder);
        Assert.Equal(said.Words, read.Words);
        Assert.Equal([.. tokenizer.StopIds.Union([1, 2])], read.StopTokens);
        (said with { Temperature = 0 }).Write(scratch.Folder, tokenizer);
        Assert.Equal(0, GenerationDefaults.Read(scratch.Folder).Temperature);
        Assert.Equal(GenerationDefaults.None.Words, GenerationDefaults.Read(scratch["nowhere"]).Words);
    }

    [Fact]
    public void A_GGUF_file_says_the_same()
    {
        using var scratch = new Scratch();
        var said = new GenerationDefaults { Temperature = 0.7, TopK = 20, TopP = 0.95, MinP = 0.05, RepetitionPenalty = 1.1 };
        Transformer model = FamilyModels.Random("llama");
        GgufModel.Save(scratch["said.gguf"], model, metadata: GgufMetadata.Of(said.ToGguf()));
        GgufModel.Save(scratch["nothing.gguf"], model);
        GgufModel.Save(scratch["wrong.gguf"], model, metadata: GgufMetadata.Of([KeyValuePair.Create("general.sampling.temp", GgufValue.Of(float.NaN))]));
        Assert.Equal(said, GenerationDefaults.Read(scratch["said.gguf"]) with { StopTokens = said.StopTokens });
        Assert.Equal("", GenerationDefaults.Read(scratch["nothing.gguf"]).Words);
        Tokenizer tokenizer = TokenizerTrainer.Train(["abcdefghijklmnopqrstuvwxyz"], new TokenizerOptions { Kind = TokenizerKind.Bytes, VocabularySize = 257 });
        var language = new LanguageModel(FamilyModels.Random(model.Config with { Vocabulary = tokenizer.VocabularySize }), tokenizer) { Defaults = said };
        language.SaveGguf(scratch["language.gguf"]);
        Assert.Equal(said.Words, LanguageModel.Load(scratch["language.gguf"]).Defaults.Words);
        Assert.Contains("wrong.gguf", Assert.Throws<GrimoireException>(() => GenerationDefaults.Read(scratch["wrong.gguf"])).Message, StringComparison.Ordinal);
    }
}
