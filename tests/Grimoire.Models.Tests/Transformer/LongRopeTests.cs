using Grimoire.Tensors;

namespace Grimoire.Models.Tests;

/// <summary>LongRoPE: which factors a sequence is rotated by depends on how long it has become.</summary>
public sealed class LongRopeTests
{
    private const int Original = 24;

    private static readonly Transformer Model = FamilyModels.Random("phi3-longrope");

    [Fact]
    public void Short_and_long_sequences_have_factors_of_their_own()
    {
        int[] tokens = FamilyModels.Tokens(Original + 1);
        float[] whole = Model.Logits(tokens), beginning = Model.Logits(tokens.AsSpan(0, Original));
        Assert.True(Runs.LargestDifference(whole.AsSpan(0, beginning.Length), beginning) > 1e-3);

        ModelConfig config = Model.Config;
        var stretch = (RotaryScaling.LongRope)config.Rotary.Scaling!;
        float[] With(ValueList<double> factors) => FamilyModels.Random(config with
        {
            Rotary = config.Rotary with { Scaling = stretch with { ShortFactors = factors, LongFactors = factors } },
        }).Logits(tokens);
        Assert.Equal(whole, With(stretch.LongFactors));
        Assert.Equal(beginning, With(stretch.ShortFactors)[..beginning.Length]);
    }

    [Theory]
    [InlineData("reference")]
    [InlineData("simd")]
    public void A_sequence_that_grows_is_the_sequence_that_was_long_from_the_start(string device)
    {
        var cache = new KeyValueCache(Model.Config);
        int[] tokens = FamilyModels.Tokens(Original + 12);
        var workspace = new Workspace(Runs.Device(device));
        for (int length = 1; length <= tokens.Length; length++)
        {
            float[] last = Model.Logits(workspace, Batch.Of(tokens.AsSpan(length - 1, 1), cache));
            float[] whole = Model.Logits(workspace, Batch.Of(tokens.AsSpan(0, length)));
            Assert.True(Runs.LargestDifference(whole.AsSpan(whole.Length - last.Length), last) < 1e-4, $"{length} tokens");
            Assert.Equal(length, cache.Length);
        }

        var copy = new KeyValueCache(Model.Config);
        copy.CopyFrom(cache);
        copy.Truncate(5);
        float[] again = Model.Logits(workspace, Batch.Of(tokens.AsSpan(5, 3), copy)), alone = Model.Logits(workspace, Batch.Of(tokens.AsSpan(0, 8)));
        Assert.True(Runs.LargestDifference(alone.AsSpan(5 * 29), again) < 1e-4);
    }

    [Fact]
    public void Short_and_long_sequences_in_one_batch_keep_their_own()
    {
        int[] brief = FamilyModels.Tokens(5, 1), lengthy = FamilyModels.Tokens(Original + 9, 2);
        var cache = new KeyValueCache(Model.Config);
        Model.Logits(new Workspace(Kernels.Simd), Batch.Of(lengthy.AsSpan(0, 20), cache));
        Batch batch = new Batch().Add(brief).Add(lengthy.AsSpan(20), cache);
        float[] together = Model.Logits(new Workspace(Kernels.Simd), batch);
        Assert.True(Runs.LargestDifference(Model.Logits(brief), together.AsSpan(0, 5 * 29)) < 1e-4);
        Assert.True(Runs.LargestDifference(Model.Logits(lengthy).AsSpan(20 * 29), together.AsSpan(5 * 29)) < 1e-4);
    }
}
