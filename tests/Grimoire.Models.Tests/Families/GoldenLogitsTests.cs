using Grimoire.Tensors;

namespace Grimoire.Models.Tests;

public sealed class GoldenLogitsTests
{
    [Theory]
    [InlineData("gpt2")]
    [InlineData("llama-mha")]
    [InlineData("llama-gqa")]
    [InlineData("llama-gqa-tied")]
    [InlineData("qwen2")]
    [InlineData("mistral-swa")]
    public void Logits_are_the_float64_ones(string name)
    {
        Golden golden = Golden.Open(name);
        Transformer model = ModelFolder.Load(golden.Model), wide = model.In(DType.F64);
        foreach (Golden.Prompt prompt in golden.Prompts)
        {
            double single = Runs.LargestDifference(prompt.Logits, model.Logits(prompt.Tokens));
            double full = Runs.LargestDifference(prompt.Logits, wide.Logits(new Workspace(Kernels.Reference, type: DType.F64), Batch.Of(prompt.Tokens)));
            TestContext.Current.TestOutputHelper?.WriteLine($"{name}, {prompt.Tokens.Length} tokens: float32 {single:E1}, float64 {full:E1}");
            Assert.True(single < 1e-4, $"float32 differs by {single}");
            Assert.True(full < 1e-6, $"float64 differs by {full}");
        }
    }

    [Theory]
    [InlineData("gpt2")]
    [InlineData("llama-mha")]
    [InlineData("llama-gqa")]
    [InlineData("llama-gqa-tied")]
    [InlineData("qwen2")]
    [InlineData("mistral-swa")]
    public void Greedy_ids_are_the_golden_ones_with_and_without_cache(string name)
    {
        Golden golden = Golden.Open(name);
        Transformer model = ModelFolder.Load(golden.Model);
        foreach (Golden.Prompt prompt in golden.Prompts)
        {
            Assert.Equal(prompt.Greedy, model.Greedy(Kernels.Reference, prompt.Tokens, prompt.Greedy.Length, cached: true));
            Assert.Equal(prompt.Greedy, model.Greedy(Kernels.Reference, prompt.Tokens, prompt.Greedy.Length, cached: false));
        }
    }
}
