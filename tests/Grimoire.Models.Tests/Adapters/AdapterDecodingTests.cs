using Grimoire.Models.Adapters;
using Grimoire.Models.Tests.Generation;
using Grimoire.Tensors;

namespace Grimoire.Models.Tests.Adapters;

public sealed class AdapterDecodingTests
{
    public static TheoryData<AdapterKind, bool> Kinds => new()
    {
        { AdapterKind.Lora, false }, { AdapterKind.Lora, true }, { AdapterKind.Ia3, false }, { AdapterKind.Prompt, false }, { AdapterKind.Prefix, false },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_token_allocates_nothing_and_is_the_one_computed_anew(AdapterKind kind, bool dora)
    {
        Transformer model = TinyModels.Random(1, context: 200);
        TinyAdapters.Attached(model, new AdapterConfig { Kind = kind, Dora = dora, VirtualTokens = 3 });
        var loop = new DecodingLoop(model, Kernels.Simd);
        Continuation text = loop.Start(TinyModels.Prompt(1, 5), new GenerationOptions { MaxTokens = 150, Sampling = SamplingOptions.Greedy });
        loop.Start(TinyModels.Prompt(2, 8), new GenerationOptions { MaxTokens = 150 });
        for (int i = 0; i < 65; i++)
            loop.Step();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 40; i++)
            loop.Step();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        List<int> expected = [.. TinyModels.Prompt(1, 5)];
        while (expected.Count < 25)
        {
            float[] logits = model.Logits(new Workspace(Kernels.Simd), Batch.Of(expected.ToArray()));
            float[] last = logits[^model.Config.Vocabulary..];
            expected.Add(Array.IndexOf(last, last.Max()));
        }

        Assert.Equal(expected, text.Tokens[..25].ToArray());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Weights_that_change_between_passes_are_seen(AdapterKind kind, bool dora)
    {
        Transformer model = FamilyModels.Random("llama");
        Adapter adapter = TinyAdapters.Attached(model, new AdapterConfig { Kind = kind, Dora = dora, VirtualTokens = 3 });
        adapter.SetTrainable(true);
        var workspace = new Workspace(Kernels.Simd);
        int[] tokens = FamilyModels.Tokens(9);
        Pass pass = model.Begin(workspace, Batch.Of(tokens));
        float[] before = Runs.Values(model.Forward(pass));
        foreach (Parameter parameter in adapter.Parameters)
            parameter.Tensor.Span<float>()[0] += 0.5f;
        workspace.Reset();
        pass.Restart();
        float[] after = Runs.Values(model.Forward(pass));
        Assert.True(Runs.LargestDifference(before, after) > 1e-3);
        Transformer other = FamilyModels.Random("llama");
        var same = new Adapter(other, adapter.Config, (name, _) => adapter.Parameters.First(p => p.Name == name).Tensor.Keep(), "same");
        other.Attach(same);
        Assert.Equal(other.Logits(new Workspace(Kernels.Simd), Batch.Of(tokens)), after);
    }
}
