using Grimoire.Tensors;

namespace Grimoire.Models.Tests;

/// <summary>Keys and values kept with fewer bits.</summary>
public sealed class CacheTypeTests
{
    /// <summary>Families whose heads are whole blocks here, some with windows, soft-caps or norms.</summary>
    private static readonly string[] Families = ["llama", "mistral", "gemma3_text", "gpt2"];

    public static TheoryData<string, DType> Cases => [.. Families.SelectMany(name => (TheoryDataRow<string, DType>[])[new(name, DType.F16), new(name, DType.Q8_0)])];

    [Theory]
    [MemberData(nameof(Cases))]
    public void How_a_sequence_is_cut_into_passes_does_not_show(string name, DType type)
    {
        Transformer model = Wide(name);
        int[] tokens = FamilyModels.Tokens(40);
        var whole = new KeyValueCache(model.Config, type);
        float[] expected = model.Logits(new Workspace(Kernels.Simd), Batch.Of(tokens, whole));

        // Many queries and few sum in another order, so now and then one of the rounded numbers differs by a step.
        double rounding = Runs.LargestDifference(model.Logits(tokens), expected);
        foreach (Range[] cut in (Range[][])[[0..1, 1..30, 30..33, 33..40], [0..9, 9..10, 10..20, 20..40]])
        {
            var cache = new KeyValueCache(model.Config, type);
            var workspace = new Workspace(Kernels.Simd);
            List<float> pieces = [];
            foreach (Range piece in cut)
                pieces.AddRange(model.Logits(workspace, Batch.Of(tokens.AsSpan(piece), cache)));
            Assert.InRange(Runs.LargestDifference(expected, pieces.ToArray()), 0, Math.Max(1e-4, rounding / 2));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Both_devices_round_alike_and_near_the_truth(string name, DType type)
    {
        Transformer model = Wide(name);
        int[] tokens = FamilyModels.Tokens(21);
        float[] exact = model.Logits(tokens);
        float[] Cached(Kernels kernels) => model.Logits(new Workspace(kernels), Batch.Of(tokens, new KeyValueCache(model.Config, type)));
        float[] reference = Cached(Kernels.Reference);
        double error = Runs.LargestDifference(exact, reference);
        Assert.InRange(error, 1e-7, type == DType.F16 ? 0.01 : 0.3);

        // Where a sum falls on the other side of a tie one of the many rounded numbers may differ by a step.
        foreach (string device in (string[])["simd", "simd-256", "simd-128"])
            Assert.True(Runs.LargestDifference(reference, Cached(Runs.Device(device))) < Math.Max(1e-4, error / 2), device);
    }

    [Theory]
    [InlineData(DType.F32, 4)]
    [InlineData(DType.F16, 2)]
    [InlineData(DType.Q8_0, 1.0625)]
    public void A_cache_that_grows_is_copied_and_cut_keeps_what_it_held(DType type, double bytes)
    {
        Transformer model = Wide("llama");
        ModelConfig config = model.Config;
        int[] tokens = FamilyModels.Tokens(150);
        var cache = new KeyValueCache(config, type);
        var workspace = new Workspace(Kernels.Simd);
        model.Logits(workspace, Batch.Of(tokens.AsSpan(0, 60), cache));
        for (int i = 60; i < 149; i++)
        {
            workspace.Reset();
            model.Logits(workspace, Batch.Of(tokens.AsSpan(i, 1), cache));
        }

        Assert.Equal(2 * config.Layers * config.KeyValueHeads * config.HeadDim * 256 * bytes, cache.Bytes);
        var copy = new KeyValueCache(config, type);
        copy.CopyFrom(cache);
        float[] last = model.Logits(workspace, Batch.Of(tokens.AsSpan(149), cache));
        Assert.Equal(last, model.Logits(workspace, Batch.Of(tokens.AsSpan(149), copy)));
        copy.Truncate(100);
        float[] again = model.Logits(workspace, Batch.Of(tokens.AsSpan(100), copy));
        Assert.True(Runs.LargestDifference(last, again.AsSpan(49 * config.Vocabulary)) < 1e-4);
    }

    [Fact]
    public void A_stretched_sequence_is_read_again_into_the_same_type()
    {
        Transformer model = FamilyModels.Random("phi3-longrope");
        int[] tokens = FamilyModels.Tokens(30);
        KeyValueCache cache = new(model.Config, DType.F16), whole = new(model.Config, DType.F16);
        model.Logits(new Workspace(Kernels.Simd), Batch.Of(tokens.AsSpan(0, 20), cache));
        float[] grown = model.Logits(new Workspace(Kernels.Simd), Batch.Of(tokens.AsSpan(20), cache));
        float[] expected = model.Logits(new Workspace(Kernels.Simd), Batch.Of(tokens, whole));
        Assert.True(Runs.LargestDifference(expected.AsSpan(20 * model.Config.Vocabulary), grown) < 1e-4);
    }

    [Fact]
    public void Blocks_that_do_not_divide_a_head_are_refused_in_words()
    {
        ModelConfig config = FamilyModels.Configs["llama"];
        Assert.Contains("--kv-type f16", Assert.Throws<GrimoireException>(() => new KeyValueCache(config, DType.Q8_0)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new KeyValueCache(config, DType.Q4_0));
    }

    [Fact]
    public void Generation_beams_and_prompt_caches_take_the_type()
    {
        Transformer model = Wide("llama");
        int[] prompt = FamilyModels.Tokens(9);
        var loop = new DecodingLoop(model, Kernels.Simd);
        var greedy = new GenerationOptions { MaxTokens = 12, Sampling = new SamplingOptions { Temperature = 0 }, CacheType = DType.F16 };
        Continuation text = loop.Start(prompt, greedy);
        while (loop.Step())
        {
        }

        Assert.Equal(2 * model.Config.Layers * model.Config.KeyValueHeads * model.Config.HeadDim * 64 * 2, text.Cache.Bytes);
        Assert.Equal(model.Greedy(Kernels.Simd, prompt, 12, cached: true), text.Generated.ToArray());
        var search = new BeamSearch(model, Kernels.Simd);
        foreach (DType type in (DType[])[DType.F32, DType.Q8_0, DType.F16])
            Assert.Equal(5, search.Search(prompt, new BeamOptions { MaxTokens = 5, CacheType = type })[0].Tokens.Count);
    }

    /// <summary>A family's tiny model with heads of 32 channels.</summary>
    private static Transformer Wide(string name) => FamilyModels.Random(Wide(FamilyModels.Configs[name]));

    private static ModelConfig Wide(ModelConfig config) => config with { HeadDim = 32, Context = 256 };
}
