using Grimoire.Tensors;

namespace Grimoire.Models.Tests;

/// <summary>What a pass leaves behind: caches, and memory to compute again from.</summary>
public sealed class PassTests
{
    public static TheoryData<string> Decoders => [.. FamilyModels.Decoders];

    [Theory]
    [InlineData("gpt2", 0)]
    [InlineData("llama", 0.2f)]
    [InlineData("mistral", 0.2f)]
    [InlineData("mixtral", 0.2f)]
    [InlineData("gemma3_text", 0.2f)]
    public void Computed_again_behind_a_cached_prefix_is_computed_once(string name, float dropout)
    {
        (float[][] Gradients, float[] Next) Continued(bool checkpoint)
        {
            Transformer model = FamilyModels.Random(name);
            var cache = new KeyValueCache(model.Config);
            model.Logits(new Workspace(Kernels.Simd), Batch.Of(FamilyModels.Tokens(10), cache));
            model.SetTrainable(true);
            var workspace = new Workspace(Kernels.Simd, new Tape());
            Tensor logits = model.Forward(model.Begin(workspace, Batch.Of(FamilyModels.Tokens(10, 2), cache), new PassOptions(dropout, 9, checkpoint)));
            workspace.Tape!.Backward(Ops.Sum(Ops.CrossEntropy(logits, workspace.From(FamilyModels.Tokens(10, 3)))));
            Assert.Equal(20, cache.Length);
            return ([.. model.Parameters.Select(p => Runs.Values(p.Tensor.Grad!))], model.Logits(new Workspace(Kernels.Simd), Batch.Of([3, 1], cache)));
        }

        (float[][] gradients, float[] next) = Continued(false);
        (float[][] again, float[] nextAgain) = Continued(true);
        Assert.Equal(gradients, again);
        Assert.Equal(next, nextAgain);
    }

    [Theory]
    [InlineData("gpt2", false)]
    [InlineData("gpt2", true)]
    [InlineData("llama", false)]
    public void Begun_again_with_other_masks_allocates_nothing(string name, bool checkpoint)
    {
        Transformer model = FamilyModels.Random(name);
        model.SetTrainable(true);
        var workspace = new Workspace(Kernels.Simd, new Tape());
        int[] targets = FamilyModels.Tokens(10, 3);
        Pass pass = model.Begin(workspace, Batch.Of(FamilyModels.Tokens(10, 2)), new PassOptions(0.1f, 1, checkpoint));
        void Step(ulong seed)
        {
            workspace.Reset();
            pass.Restart(new PassOptions(0.1f, seed, checkpoint));
            workspace.Tape!.Backward(Ops.Sum(model.Losses(model.Stream(pass, model.Embed(pass)), workspace.From(targets))));
        }

        for (ulong step = 0; step < 200; step++)
            Step(step);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Step(200);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Theory]
    [MemberData(nameof(Decoders))]
    public void A_pass_cancelled_within_leaves_its_cache_as_it_was(string name)
    {
        Transformer model = FamilyModels.Random(name);
        int[] tokens = FamilyModels.Tokens(14);
        float[] expected = Continued(model, tokens, cancelled: false);
        Assert.Equal(expected, Continued(model, tokens, cancelled: true));
    }

    private static float[] Continued(Transformer model, int[] tokens, bool cancelled)
    {
        var cache = new KeyValueCache(model.Config);
        model.Logits(new Workspace(Kernels.Simd), Batch.Of(tokens.AsSpan(0, 5), cache));
        if (cancelled)
        {
            using var source = new CancellationTokenSource();
            var workspace = new Workspace(Kernels.Simd) { LinearObserver = (_, _) => source.Cancel() };
            Pass pass = model.Begin(workspace, Batch.Of(tokens.AsSpan(5, 6), cache));
            pass.Cancellation = source.Token;
            Assert.Throws<OperationCanceledException>(() => { model.ForwardLast(pass); });
            Assert.Equal(5, cache.Length);
        }

        return model.Logits(new Workspace(Kernels.Simd), Batch.Of(tokens.AsSpan(5), cache));
    }

    [Theory]
    [MemberData(nameof(Decoders))]
    public void Decoding_a_token_of_any_family_allocates_nothing(string name)
    {
        Transformer model = FamilyModels.Random(FamilyModels.Configs[name] with { Context = 256 });
        var workspace = new Workspace(Kernels.Simd);
        var cache = new KeyValueCache(model.Config);
        int[] tokens = FamilyModels.Tokens(110);
        Batch batch = Batch.Of(tokens.AsSpan(0, 5), cache);
        Pass pass = model.Begin(workspace, batch);
        model.ForwardLast(pass);
        void Step(int token)
        {
            workspace.Reset();
            batch.Clear().Add([token], cache);
            pass.Restart();
            model.ForwardLast(pass);
        }

        // The cache holds 64 tokens, then 128: between the two nothing grows.
        for (int i = 5; i < 75; i++)
            Step(tokens[i]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 75; i < 110; i++)
            Step(tokens[i]);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_cache_grows_up_to_the_context_and_keeps_what_it_holds()
    {
        ModelConfig config = Llama.Config(2, 2, 16, context: 150, vocabulary: 29);
        Transformer model = FamilyModels.Random(config);
        int[] tokens = FamilyModels.Tokens(150);
        float[] whole = model.Logits(new Workspace(Kernels.Simd), Batch.Of(tokens));
        var cache = new KeyValueCache(config);
        long bytes = 0;
        for (int t = 0; t < tokens.Length; t++)
        {
            float[] row = model.Logits(new Workspace(Kernels.Simd), Batch.Of(tokens.AsSpan(t, 1), cache));
            Assert.True(Runs.LargestDifference(whole.AsSpan(t * 29, 29), row) < 1e-3);
            Assert.True(cache.Bytes >= bytes);
            bytes = cache.Bytes;
        }

        Assert.Equal(2L * 2 * 150 * 16 * sizeof(float), cache.Bytes);
        string message = Assert.Throws<GrimoireException>(() => model.Logits(new Workspace(Kernels.Simd), Batch.Of([1], cache))).Message;
        Assert.Contains("151 tokens", message, StringComparison.Ordinal);
        Assert.Equal(150, cache.Length);
    }

    [Fact]
    public void Copies_go_their_own_ways()
    {
        Transformer model = FamilyModels.Random("llama");
        float[] After(KeyValueCache cache, params int[] tokens) => model.Logits(new Workspace(Kernels.Simd), Batch.Of(tokens, cache));
        int[] prefix = FamilyModels.Tokens(7);
        KeyValueCache one = new(model.Config), other = new(model.Config);
        After(one, prefix);
        After(other, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14);
        other.CopyFrom(one);
        Assert.Equal(7, other.Length);
        After(one, 1, 2, 3);
        After(other, 4, 4);
        float[] expected = model.Logits([.. prefix, 4, 4, 9]), alone = model.Logits([.. prefix, 1, 2, 3, 9]);
        Assert.True(Runs.LargestDifference(expected.AsSpan(expected.Length - 29), After(other, 9)) < 1e-4);
        Assert.True(Runs.LargestDifference(alone.AsSpan(alone.Length - 29), After(one, 9)) < 1e-4);

        var empty = new KeyValueCache(model.Config);
        other.CopyFrom(empty);
        Assert.Equal(0, other.Length);
    }

    [Fact]
    public void A_cache_forgets_only_what_it_has()
    {
        Transformer model = FamilyModels.Random("gpt2");
        var cache = new KeyValueCache(model.Config);
        model.Logits(new Workspace(Kernels.Simd), Batch.Of([1, 2, 3], cache));
        Assert.Throws<ArgumentOutOfRangeException>(() => cache.Truncate(4));
        Assert.Throws<ArgumentOutOfRangeException>(() => cache.Truncate(-1));
        cache.Truncate(3);
        cache.Truncate(0);
        Assert.Equal(0, cache.Length);
    }
}
