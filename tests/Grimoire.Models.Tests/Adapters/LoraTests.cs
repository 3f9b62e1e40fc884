using Grimoire.Models.Adapters;
using Grimoire.Tensors;

namespace Grimoire.Models.Tests.Adapters;

public sealed class LoraTests
{
    public static TheoryData<string> Names => FamilyModels.Names;

    private static Batch Two => new Batch().Add(FamilyModels.Tokens(9, 1)).Add(FamilyModels.Tokens(5, 2));

    [Theory]
    [MemberData(nameof(Names))]
    public void New_one_changes_nothing_bit_for_bit(string name)
    {
        Transformer model = FamilyModels.Random(name);
        float[] plain = model.Logits(new Workspace(Kernels.Simd), Two);
        model.Attach(Adapter.Create(model, new AdapterConfig { Targets = ["all-linear"] }, seed: 1));
        Assert.Equal(plain, model.Logits(new Workspace(Kernels.Simd), Two));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Off_or_away_it_is_the_base_bit_for_bit(string name)
    {
        Transformer model = FamilyModels.Random(name);
        float[] plain = model.Logits(new Workspace(Kernels.Simd), Two);
        Adapter adapter = TinyAdapters.Attached(model, TinyAdapters.Lora);
        float[] changed = model.Logits(new Workspace(Kernels.Simd), Two);
        Assert.True(Runs.LargestDifference(plain, changed) > 1e-2);
        adapter.Enabled = false;
        Assert.Equal(plain, model.Logits(new Workspace(Kernels.Simd), Two));
        adapter.Enabled = true;
        Assert.Equal(changed, model.Logits(new Workspace(Kernels.Simd), Two));
        model.Detach(adapter);
        Assert.Equal(plain, model.Logits(new Workspace(Kernels.Simd), Two));
        Assert.Empty(model.Adapters);
    }

    [Fact]
    public void Strength_scales_the_change()
    {
        Transformer model = FamilyModels.Random("llama");
        Tensor x = new Workspace(Kernels.Reference).From((1, 32), [.. FamilyModels.Tokens(32).Select(token => (float)token / 29)]);
        Linear linear = model.Blocks[1].FeedForward!.Up;
        float[] plain = Runs.Values(linear.Forward(x));
        Adapter adapter = TinyAdapters.Attached(model, TinyAdapters.Lora);
        float[] whole = Runs.Values(linear.Forward(x));
        adapter.Strength = 0.25;
        float[] quarter = Runs.Values(linear.Forward(x));
        for (int i = 0; i < plain.Length; i++)
            Assert.Equal(plain[i] + (0.25 * (whole[i] - plain[i])), quarter[i], 1e-5);
    }

    [Theory]
    [InlineData("llama")]
    [InlineData("mixtral")]
    public void Stacked_ones_add_up(string name)
    {
        Transformer model = FamilyModels.Random(name).In(DType.F64);
        var one = TinyAdapters.Attached(model, TinyAdapters.Lora with { Targets = ["v"] }, 3, DType.F64);
        var other = TinyAdapters.Attached(model, TinyAdapters.Lora with { Rank = 2, RankStabilized = true, Targets = ["v"] }, 4, DType.F64);
        Tensor x = new Workspace(Kernels.Reference, type: DType.F64).From((1, 32), [.. FamilyModels.Tokens(32).Select(token => (float)token / 29)]);
        float[] Value(bool first, bool second)
        {
            (one.Enabled, other.Enabled) = (first, second);
            return Runs.Values(model.Blocks[0].Attention.Value.Forward(x));
        }

        float[] none = Value(false, false), a = Value(true, false), b = Value(false, true), both = Value(true, true);
        for (int i = 0; i < none.Length; i++)
            Assert.Equal(a[i] + b[i] - none[i], both[i], 1e-5);
    }

    [Fact]
    public void Only_its_numbers_get_gradients_also_in_blocks_computed_again()
    {
        foreach (string name in (string[])["llama", "mixtral", "gpt2"])
        {
            Transformer model = FamilyModels.Random(name);
            Adapter adapter = TinyAdapters.Attached(model, TinyAdapters.Lora);
            adapter.SetTrainable(true);
            float[] remembered = Gradient(model, adapter, new PassOptions());
            Assert.All(model.Parameters, parameter => Assert.Null(parameter.Tensor.Grad));
            Assert.Contains(remembered, value => value != 0);
            Assert.True(Runs.LargestDifference(remembered, Gradient(model, adapter, new PassOptions(Checkpoint: true))) < 1e-6);
        }
    }

    [Fact]
    public void Dropout_is_for_training_and_the_same_when_computed_again()
    {
        Transformer model = FamilyModels.Random("llama");
        Adapter adapter = TinyAdapters.Attached(model, TinyAdapters.Lora with { Dropout = 0.5 });
        adapter.SetTrainable(true);
        float[] plain = model.Logits(new Workspace(Kernels.Reference), Two);
        adapter.SetTrainable(true);
        float[] dropped = model.Logits(new Workspace(Kernels.Reference), Two, new PassOptions(DropoutSeed: 5, AdapterDropout: true));
        Assert.True(Runs.LargestDifference(plain, dropped) > 1e-3);
        var training = new PassOptions(DropoutSeed: 5, AdapterDropout: true);
        Assert.True(Runs.LargestDifference(Gradient(model, adapter, training), Gradient(model, adapter, training with { Checkpoint = true })) < 1e-6);
    }

    [Fact]
    public void Unknown_targets_and_some_of_many_experts_are_refused()
    {
        Transformer gpt2 = FamilyModels.Random("gpt2"), mixtral = FamilyModels.Random("mixtral");
        Assert.Contains("\"gate\"", Refused(gpt2, new AdapterConfig { Targets = ["q", "gate"] }), StringComparison.Ordinal);
        Assert.Contains("experts", Refused(mixtral, new AdapterConfig { Targets = ["blocks.0.mlp.experts.1.up"] }), StringComparison.Ordinal);
        Assert.Contains("rank", Refused(gpt2, new AdapterConfig { Rank = 0 }), StringComparison.Ordinal);

        static string Refused(Transformer model, AdapterConfig config) =>
            Assert.Throws<GrimoireException>(() => Adapter.Create(model, config, seed: 1)).Message;
    }

    [Fact]
    public void One_of_another_model_is_refused()
    {
        Adapter adapter = Adapter.Create(FamilyModels.Random("gpt2"), new AdapterConfig(), seed: 1);
        Assert.Contains("do not belong together", Assert.Throws<GrimoireException>(() => FamilyModels.Random("llama").Attach(adapter)).Message, StringComparison.Ordinal);
    }

    internal static float[] Gradient(Transformer model, Adapter adapter, PassOptions options)
    {
        var workspace = new Workspace(Kernels.Reference, new Tape());
        Pass pass = model.Begin(workspace, Two, options);
        Tensor hidden = model.Stream(pass, model.Embed(pass));
        int[] targets = [.. FamilyModels.Tokens(14, 5)];
        workspace.Tape!.Backward(Ops.Sum(model.Losses(hidden, workspace.From(targets))));
        float[] gradient = [.. adapter.Parameters.SelectMany(parameter => Runs.Values(parameter.Tensor.Grad!))];
        foreach (Parameter parameter in adapter.Parameters)
            parameter.Tensor.Grad = null;
        return gradient;
    }
}
