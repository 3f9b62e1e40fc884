using Grimoire.Tensors;

namespace Grimoire.Models.Tests;

/// <summary>Families of which no golden numbers are at hand, against plain loops that read the same folder.</summary>
public sealed class SecondOpinionTests
{
    [Theory]
    [InlineData("llama-gqa")]
    [InlineData("qwen3")]
    [InlineData("gemma2")]
    [InlineData("mistral-swa")]
    public void The_plain_loops_themselves_give_the_golden_logits(string name)
    {
        Golden golden = Golden.Open(name);
        Golden.Prompt prompt = golden.Prompts[^1];
        float[] logits = [.. new PlainTransformer(golden.Model).Run(prompt.Tokens).SelectMany(row => row).Select(value => (float)value)];
        Assert.True(Runs.LargestDifference(prompt.Logits, logits) < 1e-6);
    }

    public static TheoryData<string> Names => [.. FamilyModels.Configs.Where(pair => pair.Value.Family != "gpt2").Select(pair => pair.Key)];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_plain_loops_compute_from_the_folder_is_what_the_model_computes(string name)
    {
        using var scratch = new Scratch();
        ModelFolder.Save(scratch.Folder, FamilyModels.Random(name));
        Transformer model = ModelFolder.Load(scratch.Folder);
        var plain = new PlainTransformer(scratch.Folder);
        foreach (int length in new[] { 20, 30 }.Where(length => length <= model.Config.Context))
        {
            int[] tokens = FamilyModels.Tokens(length);
            double[] expected = [.. plain.Run(tokens).SelectMany(row => row)];
            double spread = Math.Sqrt(expected.Average(value => value * value));
            float[] narrow = [.. expected.Select(value => (float)value)];
            float[] wide = model.In(DType.F64).Logits(new Workspace(Kernels.Reference, type: DType.F64), Batch.Of(tokens));
            Assert.True(Runs.LargestDifference(narrow, wide) < 1e-6 * Math.Max(1, spread), $"float64 differs by {Runs.LargestDifference(narrow, wide)} of {spread}");
            float[] fast = model.Logits(new Workspace(Kernels.Simd), Batch.Of(tokens));
            Assert.True(Runs.LargestDifference(narrow, fast) < 1e-4 * Math.Max(1, spread), $"float32 differs by {Runs.LargestDifference(narrow, fast)} of {spread}");
        }
    }
}
