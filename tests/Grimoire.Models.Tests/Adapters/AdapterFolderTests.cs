using Grimoire.Models.Adapters;
using Grimoire.Models.Tokenizers;
using Grimoire.Tensors;

namespace Grimoire.Models.Tests.Adapters;

/// <summary>An adapter's folder stands for the model it was trained on, with itself attached.</summary>
public sealed class AdapterFolderTests
{
    [Fact]
    public void It_is_a_model_on_a_folder_on_a_file_and_on_another_adapter()
    {
        using var scratch = new Scratch();
        LanguageModel model = Base(scratch["base"]);
        model.SaveGguf(scratch["base.gguf"]);
        Adapter adapter = TinyAdapters.Attached(model.Transformer, TinyAdapters.Lora);
        float[] said = model.Transformer.Logits(1, 2, 3);
        adapter.Save(scratch["plain"], Path.GetFullPath(scratch["base"]));
        adapter.Save(scratch["onfile"], "../base.gguf");
        model.SaveAdapter(scratch["dressed"], adapter);
        foreach (string folder in (string[])["plain", "dressed"])
        {
            LanguageModel loaded = LanguageModel.Load(scratch[folder]);
            Assert.Equal(said, loaded.Transformer.Logits(1, 2, 3));
            Assert.Equal(model.Tokenizer.Encode("abc"), loaded.Tokenizer.Encode("abc"));
            Assert.Equal(folder == "dressed", File.Exists(scratch[$"{folder}/tokenizer.json"]));
            Assert.Equal(scratch[folder], loaded.Origin);
        }

        Assert.True(Runs.LargestDifference(said, ModelFiles.Load(scratch["onfile"]).Logits(1, 2, 3)) < 1e-4);
        Assert.Equal(model.Config, ModelFiles.ReadConfig(scratch["plain"]));
        Assert.True(ModelFiles.Exists(scratch["plain"]) && ModelFiles.HasTokenizer(scratch["plain"]));
        Assert.Equal(model.Transformer.Parameters.Count + adapter.Parameters.Count, ModelFiles.Entries(scratch["plain"]).Count);

        Adapter second = TinyAdapters.Attached(model.Transformer, TinyAdapters.Lora with { Targets = ["v"] }, seed: 8);
        float[] both = model.Transformer.Logits(1, 2, 3);
        second.Save(scratch["second"], scratch["plain"]);
        Assert.Equal(both, ModelFiles.Load(scratch["second"]).Logits(1, 2, 3));
        Assert.Equal(2, ModelDescription.Read(scratch["second"]).Adapters.Count);
    }

    [Fact]
    public void To_be_trained_as_a_whole_it_is_merged()
    {
        using var scratch = new Scratch();
        LanguageModel model = Base(scratch["base"]);
        Adapter adapter = TinyAdapters.Attached(model.Transformer, TinyAdapters.Lora);
        model.SaveAdapter(scratch["tuned"], adapter);
        Transformer whole = LanguageModel.Load(scratch["tuned"], trainable: true).Transformer;
        Assert.Empty(whole.Adapters);
        Assert.All(whole.Parameters, parameter => Assert.True(parameter.Tensor is { RequiresGrad: true, DType: DType.F32 }));
        Assert.True(Runs.LargestDifference(model.Transformer.Logits(1, 2, 3), whole.Logits(1, 2, 3)) < 1e-4);
    }

    [Fact]
    public void What_has_no_base_or_two_models_is_refused()
    {
        using var scratch = new Scratch();
        LanguageModel model = Base(scratch["base"]);
        Adapter adapter = TinyAdapters.Attached(model.Transformer, TinyAdapters.Lora);
        adapter.Save(scratch["lost"], "nowhere/at/all");
        Assert.Contains("nowhere/at/all is not here", Refused("lost"), StringComparison.Ordinal);
        adapter.Save(scratch["silent"]);
        Assert.Contains("names no base", Refused("silent"), StringComparison.Ordinal);
        adapter.Save(scratch["one"], "../two");
        adapter.Save(scratch["two"], "../one");
        Assert.Contains("name each other", Refused("one"), StringComparison.Ordinal);
        adapter.Save(scratch["base"], "../one");
        Assert.Contains("keep each in its own", Refused("base"), StringComparison.Ordinal);
        adapter.Save(scratch["foreign"], scratch["gpt2"]);
        ModelFolder.Save(scratch["gpt2"], FamilyModels.Random("gpt2"));
        Assert.Contains("q_proj", Refused("foreign"), StringComparison.Ordinal);

        string Refused(string folder) => Assert.Throws<GrimoireException>(() => ModelFiles.Load(scratch[folder])).Message;
    }

    private static LanguageModel Base(string folder)
    {
        Tokenizer tokenizer = TokenizerTrainer.Train(["abc"], new TokenizerOptions { Kind = TokenizerKind.Bytes, VocabularySize = 257 });
        var model = new LanguageModel(FamilyModels.Random(FamilyModels.Configs["llama"] with { Vocabulary = tokenizer.VocabularySize }), tokenizer);
        model.Save(folder);
        return model with { Origin = folder };
    }
}
