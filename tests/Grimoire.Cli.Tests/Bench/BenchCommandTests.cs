using System.Text.Json;
using Grimoire.Cli.Bench;
using Grimoire.Models;
using Grimoire.Tensors;

namespace Grimoire.Cli.Tests.Bench;

public sealed class BenchCommandTests
{
    [Fact]
    public void A_model_is_measured_and_the_figures_are_told_and_written()
    {
        using var scratch = new Scratch();
        GgufModel.Save(scratch["tiny.gguf"], Tiny(context: 40), DType.Q8_0);
        string told = Outcome.Of("bench", scratch["tiny.gguf"], "--suite", "prefill,decode,batch,context", "--prompt", "8,64", "--decode", "4", "--batch", "3",
            "--rounds", "1", "--context", "16,32768", "--threads", "1", "--json", scratch["speed.json"],
            "--markdown", scratch["speed.md"]).AssertSucceeded().Output;
        string[] words =
        [
            "what this machine can do at most", "prefill 8", "decode 4", "managed memory a token",
            "3 sequences beside one", "of the limit", "cache at 16",
        ];
        foreach (string word in words)
            Assert.Contains(word, told, StringComparison.OrdinalIgnoreCase);

        // A prompt as long as the context leaves no room for an answer, and a long context ends where the model's does.
        Assert.DoesNotContain("prefill 64", told, StringComparison.Ordinal);
        Assert.Contains("decode at 23", told, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(File.ReadAllText(scratch["speed.json"]));
        JsonElement[] figures = [.. json.RootElement.GetProperty("figures").EnumerateArray()];
        Assert.Equal(["prefill 8", "decode 4", "managed memory a token"], figures.Take(3).Select(figure => figure.GetProperty("figure").GetString()));
        Assert.All(figures, figure => Assert.True(figure.GetProperty("values").GetArrayLength() == 1 && figure.GetProperty("median").GetDouble() >= 0));
        Assert.True(figures[0].GetProperty("share_of_limit").GetDouble() > 0);
        string markdown = File.ReadAllText(scratch["speed.md"]);
        Assert.Contains("### tiny\n", markdown, StringComparison.Ordinal);
        Assert.Contains("| prefill 8 | ", markdown, StringComparison.Ordinal);
    }

    [Fact]
    public void Prompts_that_the_model_cannot_read_are_refused()
    {
        using var scratch = new Scratch();
        GgufModel.Save(scratch["tiny.gguf"], Tiny(context: 40), DType.Q8_0);
        Outcome.Of("bench", scratch["tiny.gguf"], "--suite", "prefill", "--prompt", "64", "--rounds", "1", "--threads", "1").AssertRefused(1, "40 tokens at most");
    }

    [Fact]
    public void A_vocabulary_a_training_step_and_the_smallest_of_texts_are_measured()
    {
        using var scratch = new Scratch();
        string text = scratch.Write("text.txt", string.Concat(Enumerable.Repeat("The cat sat on the mat. ", 40)));
        Outcome.Of("tokenizer", "train", text, "--out", scratch["words"], "--vocabulary", "270").AssertSucceeded();
        string told = Outcome.Of("bench", scratch["words"], "--suite", "tokenizer", "--suite", "train", "--shape", "1,2,16,8,2,20", "--text", text,
            "--rounds", "2", "--threads", "2").AssertSucceeded().Output;
        foreach (string word in (string[])["encode", "MB/s", "training 1 × 16, context 8, batch 2, vocabulary 20", "training step", "2 threads"])
            Assert.Contains(word, told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--suite", "prefil", "did you mean prefill?")]
    [InlineData("--suite", "decode,xylophone", "gemm")]
    [InlineData("--prompt", "many", "lengths")]
    [InlineData("--prompt", "0", "lengths")]
    [InlineData("--shape", "6,6,384", "layers,heads")]
    [InlineData("--shape", "1,3,16,8,1,20", "multiple of 3")]
    [InlineData("--rounds", "0", "from 1")]
    [InlineData("--against", "run 'this", "no end")]
    public void A_wrong_choice_is_refused_with_what_is_expected(string option, string value, string word) =>
        Outcome.Of("bench", option, value).AssertRefused(Tool.WrongUsage, option, word);

    [Fact]
    public void A_model_that_is_not_there_is_named() => Outcome.Of("bench", "no-such.gguf", "--suite", "decode").AssertRefused(Tool.Failed, "no-such.gguf");

    [Fact]
    public void A_text_that_is_not_there_is_named() =>
        Outcome.Of("bench", "--suite", "tokenizer", "--text", "no-such-text", "--rounds", "1").AssertRefused(Tool.Failed, "no-such-text", "--text");

    [Fact]
    public void A_peer_that_cannot_be_started_is_named()
    {
        using var scratch = new Scratch();
        GgufModel.Save(scratch["tiny.gguf"], Tiny(context: 40), DType.F16);
        Outcome.Of("bench", scratch["tiny.gguf"], "--suite", "decode", "--decode", "2", "--threads", "1", "--against", "no-such-program-anywhere {model}")
            .AssertRefused(Tool.Failed, "no-such-program-anywhere", "cannot be started");
    }

    [Fact]
    public void What_tokens_cost_is_counted_from_the_weights_that_multiply()
    {
        // One layer of 32 channels with two of four heads shared, 64 inside; untied. Bytes as F32.
        ModelConfig config = Llama.Config(layers: 1, heads: 4, channels: 32, context: 64, vocabulary: 1 << 20, feedForward: 64, keyValueHeads: 2);
        Tensor table = Tensor.Zeros((1 << 20, 32));
        var model = new Transformer(config, (_, shape) => shape[0] == 1 << 20 ? table.Rows(0, 1 << 20) : Tensor.Zeros(shape));
        var work = new ModelWork(model, integers: true, cacheBytes: 4);
        const double layer = (32 * 32 * 2) + (32 * 16 * 2) + (3 * 32 * 64), head = 32 << 20;
        Work one = work.Decode(sequences: 1, depth: 10), four = work.Decode(sequences: 4, depth: 10), prompt = work.Prefill(8);
        Assert.Equal((2 * (layer + head)) + (4 * 32 * 10), one.Flops);
        Assert.Equal((4 * (layer + head)) + (10 * 2 * 16 * 4), one.Bytes);
        Assert.Equal(one.Flops, four.Flops);
        Assert.Equal(layer + head + (10 * 2 * 16 * 4), four.Bytes);
        Assert.Equal((2 * layer) + (2 * head / 8) + (4 * 32 * 4), prompt.Flops);
        Assert.Equal(0, one.Integers);
    }

    [Fact]
    public void A_model_that_caches_hold_is_not_bound_by_memory() =>
        Assert.Equal(0, new ModelWork(Tiny(context: 40), integers: true, cacheBytes: 4).Decode(1, 10).Bytes);

    private static Transformer Tiny(int context)
    {
        ModelConfig config = Llama.Config(layers: 1, heads: 2, channels: 32, context, vocabulary: 64, feedForward: 64);
        return new Transformer(config, Initialization.Random(config, 1));
    }
}
