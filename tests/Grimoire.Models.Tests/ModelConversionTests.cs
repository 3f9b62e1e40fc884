using Grimoire.Models.Chat;
using Grimoire.Models.Tokenizers;
using Grimoire.Tensors;
using Grimoire.Tests;

namespace Grimoire.Models.Tests;

public sealed class ModelConversionTests
{
    private const string Story = "Once upon a time, there was a little girl named Lily.\n  She said: \"Où est-il? 7½ €\" 🙂";

    [Fact]
    public void Text_comes_out_the_same_on_all_sides_of_a_conversion()
    {
        string? golden = Shared.Path("golden/stories260K");
        Assert.SkipWhen(golden is null, "needs ../shared/golden");
        using var scratch = new Scratch();
        Assert.Empty(ModelConversion.Run(Path.Combine(golden!, "hf"), scratch["a.gguf"]));
        Assert.Empty(ModelConversion.Run(Path.Combine(golden!, "stories260K.gguf"), scratch["b"]));
        Assert.Empty(ModelConversion.Run(scratch["a.gguf"], scratch["c"]));
        Assert.Empty(ModelConversion.Run(scratch["a.gguf"], scratch["d.gguf"]));
        Assert.Equal(File.ReadAllBytes(scratch["a.gguf"]), File.ReadAllBytes(scratch["d.gguf"]));
        LanguageModel first = LanguageModel.Load(Path.Combine(golden!, "hf"));
        string text = new Generator(first.Transformer, first.Tokenizer, Kernels.Simd).Generate("Once upon a time", new GenerationOptions { Sampling = SamplingOptions.Greedy, MaxTokens = 60 }).Text;
        foreach (string path in new[] { scratch["a.gguf"], scratch["b"], scratch["c"], Path.Combine(golden!, "stories260K.gguf") })
        {
            LanguageModel model = LanguageModel.Load(path);
            Assert.Equal(first.Tokenizer.Encode(Story, addSpecial: true), model.Tokenizer.Encode(Story, addSpecial: true));
            Assert.Equal(text, new Generator(model.Transformer, model.Tokenizer, Kernels.Simd).Generate("Once upon a time", new GenerationOptions { Sampling = SamplingOptions.Greedy, MaxTokens = 60 }).Text);
        }

        byte[] weights = File.ReadAllBytes(scratch["b/model.safetensors"]);
        Assert.Equal(weights, File.ReadAllBytes(scratch["c/model.safetensors"]));
        Assert.Equal("stories260K", ModelCard.Read(scratch["b"]).Name);
    }

    [Fact]
    public void Template_license_and_pooling_come_along()
    {
        using var scratch = new Scratch();
        Tokenizer tokenizer = TokenizerTrainer.Train([Story, Story], new TokenizerOptions { VocabularySize = 290 });
        ModelConfig config = FamilyModels.Configs["bert"] with { Vocabulary = tokenizer.VocabularySize };
        var template = ChatTemplate.Parse("{% for m in messages %}[{{ m.role }}] {{ m.content }}\n{% endfor %}");
        new LanguageModel(FamilyModels.Random(config), tokenizer) { ChatTemplate = template, Defaults = new() { Temperature = 0.7, TopK = 5 } }.Save(scratch["a"]);
        scratch.Write("a/README.md", "---\nlicense: other\nlicense_name: \"my own\"\nlicense_link: https://example.org/l\ntags: [tiny, test]\n---\nText.\n# Tiny\n");
        EmbeddingFiles.Write(scratch["a"], new EmbeddingSettings { Pooling = Pooling.First }, config.Channels);

        ModelConversion.Run(scratch["a"], scratch["b.gguf"], DType.BF16);
        ModelConversion.Run(scratch["b.gguf"], scratch["c"]);
        foreach (string path in new[] { scratch["b.gguf"], scratch["c"] })
        {
            LanguageModel model = LanguageModel.Load(path);
            Assert.Equal((0.7, 5), (model.Defaults.Temperature, model.Defaults.TopK));
            Assert.Equal(template.Source, model.ChatTemplate?.Source);
            Assert.Equal(DType.BF16, model.Transformer.TokenEmbedding.DType);
            Assert.Equal(Pooling.First, EmbeddingSettings.Read(path, model.Config).Pooling);
            Assert.Equal(
                new ModelCard { Name = "Tiny", License = "other", LicenseName = "my own", LicenseLink = "https://example.org/l", Tags = ["tiny", "test"] }, ModelCard.Read(path));
        }
    }

    [Fact]
    public void Quantised_weights_become_floats_in_a_folder_and_windows_are_spoken_of()
    {
        using var scratch = new Scratch();
        ModelConfig config = FamilyModels.Configs["llama"] with { FeedForward = 64 };
        GgufModel.Save(scratch["a.gguf"], FamilyModels.Random(config), DType.Q4_0);
        IReadOnlyList<string> notes = ModelConversion.Run(scratch["a.gguf"], scratch["b"]);
        Assert.Contains(notes, note => note.Contains("has no tokenizer", StringComparison.Ordinal));
        Assert.Contains(notes, note => note.Contains("decoded to F16", StringComparison.Ordinal));
        Assert.Equal(DType.F16, ModelFolder.Load(scratch["b"]).TokenEmbedding.DType);

        ModelFolder.Save(scratch["c"], FamilyModels.Random("mistral"));
        Assert.Contains(ModelConversion.Run(scratch["c"], scratch["d.gguf"]), note => note.Contains("sliding window of 3 tokens", StringComparison.Ordinal));
        Assert.Equal(3, ModelFiles.ReadConfig(scratch["d.gguf"]).Window);
    }
}
