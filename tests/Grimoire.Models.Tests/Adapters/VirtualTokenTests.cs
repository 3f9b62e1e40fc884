using Grimoire.Models.Adapters;
using Grimoire.Tensors;

namespace Grimoire.Models.Tests.Adapters;

/// <summary>A new prompt or prefix says some tokens of the vocabulary: it must be as if they stood before the text.</summary>
public sealed class VirtualTokenTests
{
    private const int Count = 4;

    public static TheoryData<string, AdapterKind> Models
    {
        get
        {
            var data = new TheoryData<string, AdapterKind>();
            foreach (string name in FamilyModels.Decoders)
            {
                data.Add(name, AdapterKind.Prefix);
                if (FamilyModels.Configs[name].EmbeddingScale == 1)
                    data.Add(name, AdapterKind.Prompt);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void It_is_as_if_tokens_stood_there(string name, AdapterKind kind)
    {
        Transformer model = FamilyModels.Random(name);
        int[] said = [.. Enumerable.Range(0, Count).Select(i => (int)CountedRandom.Below(29, 5, (ulong)i))];
        int[][] texts = [FamilyModels.Tokens(9, 1), FamilyModels.Tokens(5, 2), FamilyModels.Tokens(1, 3)];
        float[] expected = [.. texts.SelectMany(text => model.Logits(Simd(), Batch.Of([.. said, .. text])).Skip(Count * model.Width()))];

        model.Attach(Adapter.Create(model, new AdapterConfig { Kind = kind, VirtualTokens = Count }, seed: 5));
        var packed = new Batch();
        foreach (int[] text in texts)
            packed.Add(text);
        Assert.True(Runs.LargestDifference(expected, model.Logits(Simd(), packed)) < 1e-4);
        Assert.True(Runs.LargestDifference(expected, model.Logits(new Workspace(Kernels.Simd, new Tape()), packed, new PassOptions(Checkpoint: true))) < 1e-4);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Cached_is_uncached(string name, AdapterKind kind)
    {
        Transformer model = FamilyModels.Random(name);
        TinyAdapters.Attached(model, new AdapterConfig { Kind = kind, VirtualTokens = Count });
        int[] tokens = FamilyModels.Tokens(14);
        float[] whole = model.Logits(Simd(), Batch.Of(tokens));
        var cache = new KeyValueCache(model.Config);
        List<float> pieces = [];
        foreach (Range piece in new[] { 0..5, 5..6, 6..14 })
            pieces.AddRange(model.Logits(Simd(), Batch.Of(tokens.AsSpan(piece), cache)));
        Assert.True(Runs.LargestDifference(whole, pieces.ToArray()) < 1e-4);
        Assert.Equal(14, cache.Length);

        var copy = new KeyValueCache(model.Config);
        copy.CopyFrom(cache);
        cache.Truncate(6);
        float[] again = model.Logits(Simd(), new Batch().Add(tokens.AsSpan(6), cache).Add(FamilyModels.Tokens(2, 9), copy));
        Assert.True(Runs.LargestDifference(whole.AsSpan(6 * model.Width()), again.AsSpan(0, 8 * model.Width())) < 1e-4);
        cache.Truncate(0);
        Assert.True(Runs.LargestDifference(whole, model.Logits(Simd(), Batch.Of(tokens, cache))) < 1e-4);
    }

    [Fact]
    public void Off_it_is_the_base_and_two_are_refused()
    {
        Transformer model = FamilyModels.Random("llama");
        float[] plain = model.Logits(Simd(), Batch.Of(FamilyModels.Tokens(9)));
        var config = new AdapterConfig { Kind = AdapterKind.Prefix, VirtualTokens = Count };
        Adapter adapter = TinyAdapters.Attached(model, config);
        Assert.NotEqual(plain, model.Logits(Simd(), Batch.Of(FamilyModels.Tokens(9))));
        adapter.Enabled = false;
        Assert.Equal(plain, model.Logits(Simd(), Batch.Of(FamilyModels.Tokens(9))));
        Assert.Contains("already", Assert.Throws<GrimoireException>(() => TinyAdapters.Attached(model, config)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_is_refused()
    {
        var prompt = new AdapterConfig { Kind = AdapterKind.Prompt, VirtualTokens = Count };
        Assert.Throws<GrimoireException>(() => Adapter.Create(FamilyModels.Random("bert"), prompt, 1));
        Assert.Throws<GrimoireException>(() => Adapter.Create(FamilyModels.Random("gemma2"), prompt, 1));
        Assert.Throws<GrimoireException>(() => Adapter.Create(FamilyModels.Random("llama"), prompt with { VirtualTokens = 24 }, 1));
        Transformer model = FamilyModels.Random("llama");
        TinyAdapters.Attached(model, prompt);
        Assert.Contains("behind 4", Assert.Throws<GrimoireException>(() => model.Logits(Simd(), Batch.Of(FamilyModels.Tokens(21)))).Message, StringComparison.Ordinal);
    }

    private static Workspace Simd() => new(Kernels.Simd);
}
