using Grimoire.Models;
using Grimoire.Models.Formats;
using Grimoire.Models.Tokenizers;
using Grimoire.Tensors;

namespace Grimoire.Cli.Tests;

public sealed class ConvertCommandTests
{
    [Fact]
    public void A_folder_becomes_a_file_and_the_file_the_same_folder()
    {
        using var scratch = new Scratch();
        string folder = Raised(scratch);
        File.WriteAllText(Path.Combine(folder, "README.md"), "---\nlicense: mit\nlanguage:\n- en\n- de\n---\n\n# A little tale\n\nMore.\n");
        Assert.Contains("F32", Outcome.Of("convert", folder, scratch["x.gguf"]).AssertSucceeded().Output, StringComparison.Ordinal);
        Outcome.Of("convert", scratch["x.gguf"], scratch["back"]).AssertSucceeded();
        foreach (string file in (string[])["model.safetensors", "config.json"])
            Assert.Equal(File.ReadAllText(Path.Combine(folder, file)), File.ReadAllText(Path.Combine(scratch["back"], file)));
        Assert.Equal(Tokenizer.Load(folder).Encode(Tale.Of(500)), Tokenizer.Load(scratch["back"]).Encode(Tale.Of(500)));
        Assert.Equal("---\nlicense: mit\nlanguage:\n- en\n- de\n---\n\n# A little tale\n", File.ReadAllText(Path.Combine(scratch["back"], "README.md")));

        string[] generate = ["--prompt", "the ", "--temperature", "0", "--max-tokens", "8"];
        Assert.Equal(
            Outcome.Of(["generate", folder, .. generate]).AssertSucceeded().Output, Outcome.Of(["generate", scratch["x.gguf"], .. generate]).AssertSucceeded().Output);

        string told = Outcome.Of("info", scratch["x.gguf"], "--tensors").AssertSucceeded().Output;
        foreach (string word in (string[])["GGUF version 3", "general.license", "mit", "tokenizer.ggml.tokens", "of String", "blk.0.attn_q.weight"])
            Assert.Contains(word, told, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_changes_its_type_and_keeps_what_it_says()
    {
        using var scratch = new Scratch();
        string folder = Raised(scratch);
        Outcome.Of("convert", folder, scratch["x.gguf"], "--type", "F32").AssertSucceeded();
        Outcome.Of("convert", scratch["x.gguf"], scratch["y.gguf"], "--type", "BF16").AssertSucceeded();
        GgufFile before = GgufFile.Open(scratch["x.gguf"]), after = GgufFile.Open(scratch["y.gguf"]);
        Assert.Equal(before.Metadata.Pairs.Where(pair => pair.Key != "general.file_type"), after.Metadata.Pairs.Where(pair => pair.Key != "general.file_type"));
        Assert.Equal((0, 32), (before.Metadata.Int("general.file_type"), after.Metadata.Int("general.file_type")));
        Assert.All(after.Entries, entry => Assert.Equal(entry.Shape.Count == 2 ? "BF16" : "F32", entry.Type));
    }

    [Fact]
    public void What_cannot_be_is_refused_and_nothing_is_left_behind()
    {
        using var scratch = new Scratch();
        string folder = Raised(scratch);
        Outcome.Of("convert", folder, scratch["x.safetensors"]).AssertRefused(Tool.Failed, ".safetensors files are not written", ".gguf");
        Outcome.Of("convert", folder, folder).AssertRefused(Tool.Failed, "this is the model to be converted");
        Outcome.Of("convert", folder, scratch["x.gguf"], "--type", "Q9").AssertRefused(Tool.WrongUsage, "F32, F16 or BF16");
        Outcome.Of("convert", scratch["none.gguf"], scratch["x.gguf"]).AssertRefused(Tool.Failed, "none.gguf", "no such file");
        scratch.Write("full/note.txt", "here");
        Outcome.Of("convert", folder, scratch["full"]).AssertRefused(Tool.Failed, "there is something already", "--force");
        Outcome.Of("convert", folder, scratch["full"], "--force").AssertSucceeded();

        LanguageModel model = LanguageModel.Load(folder, trainable: true);
        model.Transformer.Blocks[0].FeedForward!.Down.Weight.Span<float>()[0] = 1e6f;
        model.Save(scratch["large"]);
        Outcome.Of("convert", scratch["large"], scratch["half"], "--type", "F16").AssertRefused(Tool.Failed, "beyond ±65504");
        Outcome.Of("convert", scratch["large"], scratch["half.gguf"], "--type", "F16").AssertRefused(Tool.Failed, "beyond ±65504");
        Assert.False(Directory.Exists(scratch["half"]));
        Assert.Empty(Directory.GetFiles(scratch["."], "*.gguf*"));
    }

    [Fact]
    public void A_model_without_a_tokenizer_is_converted_with_a_word_about_it()
    {
        using var scratch = new Scratch();
        string folder = Raised(scratch);
        foreach (string file in Directory.GetFiles(folder, "tokenizer*"))
            File.Delete(file);
        Assert.Contains("has no tokenizer", Outcome.Of("convert", folder, scratch["x.gguf"]).AssertSucceeded().Error, StringComparison.Ordinal);
        Assert.Contains("has no tokenizer", Outcome.Of("convert", scratch["x.gguf"], scratch["back"]).AssertSucceeded().Error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_architecture_that_cannot_be_run_is_told_all_the_same()
    {
        using var scratch = new Scratch();
        GgufWriter.Write(scratch["x.gguf"], GgufMetadata.Of([new("general.architecture", GgufValue.Of("mamba")), new("mamba.block_count", GgufValue.Of(3u))]), [("a.weight", Tensor.Zeros((2, 4)))]);
        string told = Outcome.Of("info", scratch["x.gguf"], "--tensors").AssertSucceeded().Output;
        foreach (string word in (string[])["cannot be run", "known are", "mamba.block_count", "a.weight"])
            Assert.Contains(word, told, StringComparison.Ordinal);
        Outcome.Of("generate", scratch["x.gguf"]).AssertRefused(Tool.Failed, "mamba");
    }

    /// <summary>A model of random weights with a tokenizer of bytes and a few pairs.</summary>
    internal static string Raised(Scratch scratch)
    {
        Tokenizer tokenizer = TokenizerTrainer.Train([Tale.Of(400)], new TokenizerOptions { VocabularySize = 300 });
        ModelConfig config = Llama.Config(layers: 1, heads: 2, channels: 32, context: 64, tokenizer.VocabularySize, feedForward: 64);
        string folder = scratch["model"];
        new LanguageModel(new Transformer(config, Initialization.Random(config, seed: 1)), tokenizer).Save(folder);
        return folder;
    }
}
