using System.Text.Json.Nodes;
using Grimoire.Models.Tokenizers;
using Grimoire.Tensors;
using Grimoire.Tests;

namespace Grimoire.Models.Tests;

public sealed class LanguageModelTests
{
    [Fact]
    public void Saved_and_loaded_it_reads_and_says_the_same()
    {
        using var scratch = new Scratch();
        LanguageModel model = Random(Trained(), spare: 3);
        model.Save(scratch["one"]);
        LanguageModel loaded = LanguageModel.Load(scratch["one"]);
        loaded.Save(scratch["two"]);
        int[] ids = model.Tokenizer.Encode("the cat sat");
        Assert.Equal(ids, loaded.Tokenizer.Encode("the cat sat"));
        Assert.Equal(model.Transformer.Logits(ids), loaded.Transformer.Logits(ids));
        string[] files = [.. Directory.GetFiles(scratch["one"]).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];
        Assert.Equal(["config.json", "generation_config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"], files);
        Assert.All(files, file => Assert.Equal(File.ReadAllBytes(scratch[$"one/{file}"]), File.ReadAllBytes(scratch[$"two/{file}"])));

        JsonNode config = JsonNode.Parse(File.ReadAllText(scratch["one/config.json"]))!, generation = JsonNode.Parse(File.ReadAllText(scratch["one/generation_config.json"]))!;
        Assert.Equal(model.Tokenizer.EndOfText, (int?)config["eos_token_id"]);
        Assert.Equal(model.Tokenizer.EndOfText, (int?)generation["eos_token_id"]);
        Assert.NotNull(model.Tokenizer.EndOfText);
    }

    [Fact]
    public void A_tokenizer_of_another_model_is_refused()
    {
        using var scratch = new Scratch();
        Tokenizer tokenizer = Trained();
        Assert.Contains("do not belong together", Assert.Throws<GrimoireException>(() => Random(tokenizer, spare: -1)).Message, StringComparison.Ordinal);
        Assert.Contains("more than padding explains", Assert.Throws<GrimoireException>(() => Random(tokenizer, spare: 128)).Message, StringComparison.Ordinal);

        Random(tokenizer, spare: 0).Save(scratch.Folder);
        ModelFolder.Save(scratch.Folder, FamilyModels.Random("llama"));
        string message = Assert.Throws<GrimoireException>(() => LanguageModel.Load(scratch.Folder)).Message;
        Assert.StartsWith(scratch.Folder, message, StringComparison.Ordinal);
        Assert.Contains($"{tokenizer.VocabularySize} ids and the model only 29", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_tokenizer_is_a_transformer_and_no_language_model()
    {
        using var scratch = new Scratch();
        ModelFolder.Save(scratch.Folder, FamilyModels.Random("llama"));
        Assert.NotNull(ModelFolder.Load(scratch.Folder));
        Assert.Contains("tokenizer", Assert.Throws<GrimoireException>(() => LanguageModel.Load(scratch.Folder)).Message, StringComparison.Ordinal);
        Assert.Null(ModelDescription.Read(scratch.Folder).Tokenizer);
    }

    [Fact]
    public void A_description_says_what_the_folder_holds()
    {
        using var scratch = new Scratch();
        LanguageModel model = Random(Trained(), spare: 0);
        model.Save(scratch.Folder, DType.BF16);
        ModelDescription description = ModelDescription.Read(scratch.Folder);
        Assert.Equal("LlamaForCausalLM", description.Family.Architecture);
        Assert.Equal(model.Config, description.Config);
        Assert.Equal([("BF16", 2 * model.Config.ParameterCount)], description.BytesByType);
        Assert.Equal(model.Config.ParameterCount, description.Parameters);
        Assert.Equal(16 * model.Config.ParameterCount, description.TrainingBytes);
        Assert.Equal(model.Tokenizer.VocabularySize, description.Tokenizer!.VocabularySize);
        Assert.Equal(2 * 2 * 1000 * 16 * 4, description.CacheBytes(1000));
    }

    [Fact]
    public void Stories260K_is_a_language_model_that_tells_its_story()
    {
        string? folder = Shared.Path("golden/stories260K/hf");
        Assert.SkipWhen(folder is null, "needs ../shared/golden");
        LanguageModel model = LanguageModel.Load(folder!);
        int[] prompt = model.Tokenizer.Encode("Once upon a time", addSpecial: true);
        Assert.Equal([1, 403, 407, 261, 378], prompt);
        int[] continuation = model.Transformer.Greedy(Kernels.Reference, prompt, 30, cached: true);
        Assert.Equal("Once upon a time, there was a little girl named Lily. She loved to play", model.Tokenizer.Decode([.. prompt, .. continuation])[..71]);
    }

    private static Tokenizer Trained() => TokenizerTrainer.Train(
        ["the cat sat on the mat", "the dog saw the cat"], new TokenizerOptions { VocabularySize = 270, EndOfText = "<|endoftext|>", Special = ["<|endoftext|>"] });

    private static LanguageModel Random(Tokenizer tokenizer, int spare) => new(
        FamilyModels.Random(Llama.Config(layers: 2, heads: 4, channels: 32, context: 24, vocabulary: tokenizer.VocabularySize + spare, keyValueHeads: 2)), tokenizer);
}
