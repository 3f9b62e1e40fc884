using Grimoire.Tensors;

namespace Grimoire.Models.Tests;

public sealed class GoldenLogitsTests
{
    private static readonly string[] Models = ["gpt2", "llama-mha", "llama-gqa", "llama-gqa-tied", "qwen2", "qwen3", "gemma2", "mistral-swa"];

    public static TheoryData<string> Names => [.. Models];

    public static TheoryData<string, string> NamesOnDevices
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (string name in Models)
            {
                foreach (string device in new[] { "reference", "simd", "simd-256", "simd-128" })
                    data.Add(name, device);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(NamesOnDevices))]
    public void Logits_are_the_float64_ones(string name, string device)
    {
        Golden golden = Golden.Open(name);
        Transformer model = ModelFolder.Load(golden.Model);
        foreach (Golden.Prompt prompt in golden.Prompts)
            Close(prompt, model.Logits(new Workspace(Runs.Device(device)), Batch.Of(prompt.Tokens)), 1e-4);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Logits_in_float64_are_the_float64_ones_to_the_last_float32_bit_or_so(string name)
    {
        Golden golden = Golden.Open(name);
        Transformer model = ModelFolder.Load(golden.Model).In(DType.F64);
        foreach (Golden.Prompt prompt in golden.Prompts)
            Close(prompt, model.Logits(new Workspace(Kernels.Reference, type: DType.F64), Batch.Of(prompt.Tokens)), 1e-6);
    }

    [Theory]
    [MemberData(nameof(NamesOnDevices))]
    public void Greedy_ids_are_the_golden_ones_with_and_without_cache(string name, string device)
    {
        Golden golden = Golden.Open(name);
        Transformer model = ModelFolder.Load(golden.Model);
        foreach (Golden.Prompt prompt in golden.Prompts)
        {
            Assert.Equal(prompt.Greedy, model.Greedy(Runs.Device(device), prompt.Tokens, prompt.Greedy.Length, cached: true));
            if (device != "reference") // it is slow, and the devices agree
                Assert.Equal(prompt.Greedy, model.Greedy(Runs.Device(device), prompt.Tokens, prompt.Greedy.Length, cached: false));
        }
    }

    private static void Close(Golden.Prompt prompt, float[] logits, double tolerance)
    {
        double difference = Runs.LargestDifference(prompt.Logits, logits);
        TestContext.Current.TestOutputHelper?.WriteLine($"{prompt.Tokens.Length} tokens: {difference:E1}");
        Assert.True(difference < tolerance, $"{prompt.Tokens.Length} tokens: differs by {difference}");
    }
}
