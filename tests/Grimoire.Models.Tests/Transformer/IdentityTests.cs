using Grimoire.Tensors;

namespace Grimoire.Models.Tests;

/// <summary>Different ways of computing the same thing.</summary>
public sealed class IdentityTests
{
    public static TheoryData<string> Names => FamilyModels.Names;

    public static TheoryData<string, string> NamesOnDevices => FamilyModels.NamesOnDevices;

    public static TheoryData<string> Decoders => [.. FamilyModels.Decoders];

    public static TheoryData<string, string> DecodersOnDevices => FamilyModels.OnDevices(FamilyModels.Decoders);

    [Theory]
    [MemberData(nameof(Decoders))]
    public void Cached_is_uncached(string name)
    {
        Transformer model = FamilyModels.Random(name).In(DType.F64);
        int[] tokens = FamilyModels.Tokens(17);
        float[] whole = model.Logits(Wide(), Batch.Of(tokens));

        var cache = new KeyValueCache(model.Config, DType.F64);
        List<float> pieces = [];
        foreach (Range piece in new[] { 0..5, 5..6, 6..7, 7..16, 16..17 })
            pieces.AddRange(model.Logits(Wide(), Batch.Of(tokens.AsSpan(piece), cache)));
        Assert.True(Runs.LargestDifference(whole, pieces.ToArray()) < 1e-6);

        cache.Truncate(6);
        float[] again = model.Logits(Wide(), Batch.Of(tokens.AsSpan(6..17), cache));
        Assert.True(Runs.LargestDifference(whole.AsSpan(6 * model.Width()), again) < 1e-6);
    }

    [Theory]
    [MemberData(nameof(NamesOnDevices))]
    public void Packed_is_separate(string name, string device)
    {
        Transformer model = FamilyModels.Random(name);
        int[][] sequences = [FamilyModels.Tokens(9, 1), FamilyModels.Tokens(1, 2), FamilyModels.Tokens(14, 3)];
        float[] Alone(ReadOnlySpan<int> tokens, KeyValueCache? cache = null) => model.Logits(On(device), Batch.Of(tokens, cache));

        var packed = new Batch();
        foreach (int[] tokens in sequences)
            packed.Add(tokens);
        Assert.True(Runs.LargestDifference([.. sequences.SelectMany(tokens => Alone(tokens))], model.Logits(On(device), packed)) < 1e-5);
    }

    [Theory]
    [MemberData(nameof(DecodersOnDevices))]
    public void Packed_is_separate_behind_caches(string name, string device)
    {
        Transformer model = FamilyModels.Random(name);
        int[][] sequences = [FamilyModels.Tokens(9, 1), FamilyModels.Tokens(1, 2)];
        float[] Alone(ReadOnlySpan<int> tokens, KeyValueCache? cache = null) => model.Logits(On(device), Batch.Of(tokens, cache));

        int[] prefix = FamilyModels.Tokens(4, 4);
        float[] continued = [.. sequences.SelectMany(tokens => Alone([.. prefix, .. tokens]).Skip(prefix.Length * model.Width()))];
        var ragged = new Batch();
        foreach (int[] tokens in sequences)
        {
            var cache = new KeyValueCache(model.Config);
            Alone(prefix, cache);
            ragged.Add(tokens, cache);
        }

        Assert.True(Runs.LargestDifference(continued, model.Logits(On(device), ragged)) < 1e-5);
    }

    [Theory]
    [MemberData(nameof(NamesOnDevices))]
    public void Taped_is_untaped_and_the_last_rows_are_the_last_of_all(string name, string device)
    {
        Transformer model = FamilyModels.Random(name);
        Batch batch = new Batch().Add(FamilyModels.Tokens(9, 1)).Add(FamilyModels.Tokens(5, 2));
        float[] plain = model.Logits(On(device), batch);
        model.SetTrainable(true);
        Assert.Equal(plain, model.Logits(new Workspace(Runs.Device(device), new Tape()), batch));

        model.SetTrainable(false);
        if (!model.Config.Head)
            return;
        int vocabulary = model.Config.Vocabulary;
        float[] last = Runs.Values(model.ForwardLast(model.Begin(On(device), batch)));
        Assert.True(Runs.LargestDifference([.. plain[(8 * vocabulary)..(9 * vocabulary)], .. plain[(13 * vocabulary)..]], last) < 1e-5);
    }

    [Theory]
    [MemberData(nameof(NamesOnDevices))]
    public void Checkpointed_is_not(string name, string device)
    {
        foreach (float dropout in new[] { 0f, 0.2f })
        {
            (float loss, float[][] gradients) = Step(FamilyModels.Random(name), device, new PassOptions(dropout, 5));
            (float replayedLoss, float[][] replayed) = Step(FamilyModels.Random(name), device, new PassOptions(dropout, 5, Checkpoint: true));
            Assert.Equal(loss, replayedLoss);
            Assert.Equal(gradients, replayed);
            Assert.All(gradients, gradient => Assert.Contains(gradient, value => value != 0));
        }
    }

    [Theory]
    [MemberData(nameof(NamesOnDevices))]
    public void Rounded_activations_change_gradients_a_little_and_no_loss(string name, string device)
    {
        (float loss, float[][] gradients) = Step(FamilyModels.Random(name), device, new PassOptions(0.2f, 5));
        (float same, float[][] rounded) = Step(FamilyModels.Random(name), device, new PassOptions(0.2f, 5, Saved: SavedActivations.BF16));
        Assert.Equal(loss, same);
        double size = Math.Sqrt(gradients.Sum(gradient => gradient.Sum(g => (double)g * g)));
        double error = Math.Sqrt(gradients.Zip(rounded).Sum(pair => pair.First.Zip(pair.Second).Sum(g => Math.Pow(g.First - g.Second, 2))));
        Assert.InRange(error / size, 1e-6, 0.02);
    }

    [Theory]
    [MemberData(nameof(NamesOnDevices))]
    public void Gradients_add_up(string name, string device)
    {
        Transformer model = FamilyModels.Random(name);
        float[][] once = Step(model, device, default).Gradients;
        float[][] twice = Step(model, device, default).Gradients;
        foreach ((float[] one, float[] two) in once.Zip(twice))
            Assert.True(Runs.LargestDifference([.. one.Select(value => 2 * value)], two) <= 1e-5 * one.Max(Math.Abs));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_gradient_is_the_slope_of_the_loss(string name)
    {
        const double Step = 1e-5;
        Transformer model = FamilyModels.Random(name).In(DType.F64);
        model.SetTrainable(true);
        var workspace = new Workspace(Kernels.Reference, new Tape(), DType.F64);
        workspace.Tape!.Backward(Loss(model, workspace, default));
        model.SetTrainable(false);
        foreach (Parameter parameter in model.Parameters)
        {
            double[] gradient = parameter.Tensor.Grad!.ToArray<double>();
            int steepest = Array.IndexOf(gradient, gradient.MaxBy(Math.Abs));
            double SlopeAt(int i)
            {
                Span<double> values = parameter.Tensor.Span<double>();
                double before = values[i];
                values[i] = before + Step;
                double above = Loss(model, new Workspace(Kernels.Reference, type: DType.F64), default).Item();
                values[i] = before - Step;
                double below = Loss(model, new Workspace(Kernels.Reference, type: DType.F64), default).Item();
                values[i] = before;
                return (above - below) / (2 * Step);
            }

            Assert.NotEqual(0, gradient[steepest]);
            foreach (int i in new[] { steepest, 0, gradient.Length / 2 })
                Assert.Equal(gradient[i], SlopeAt(i), 1e-7 + (1e-5 * Math.Abs(gradient[steepest])));
        }
    }

    [Theory]
    [MemberData(nameof(DecodersOnDevices))]
    public void A_later_token_never_changes_an_earlier_logit(string name, string device)
    {
        Transformer model = FamilyModels.Random(name);
        int[] tokens = FamilyModels.Tokens(12);
        float[] before = model.Logits(On(device), Batch.Of(tokens));
        for (int changed = 1; changed < tokens.Length; changed += 3)
        {
            int[] other = [.. tokens];
            other[changed] = (other[changed] + 1) % model.Config.Vocabulary;
            float[] after = model.Logits(On(device), Batch.Of(other));
            int untouched = changed * model.Width();
            // A later token that joins an expert's rows changes how many there are, and with that how the kernels round.
            double rounding = model.Config.Experts > 0 ? 1e-5 : 0;
            Assert.True(Runs.LargestDifference(before.AsSpan(0, untouched), after.AsSpan(0, untouched)) <= rounding);
            Assert.NotEqual(before[untouched..], after[untouched..]);
        }
    }

    [Fact]
    public void In_an_encoder_every_token_changes_every_other()
    {
        Transformer model = FamilyModels.Random("bert");
        int[] tokens = FamilyModels.Tokens(12);
        float[] before = model.Logits(tokens);
        for (int changed = 0; changed < tokens.Length; changed += 3)
        {
            int[] other = [.. tokens];
            other[changed] = (other[changed] + 1) % model.Config.Vocabulary;
            float[][] after = [.. model.Logits(other).Chunk(model.Width())];
            Assert.All(before.Chunk(model.Width()).Zip(after), rows => Assert.NotEqual(rows.First, rows.Second));
        }
    }

    [Fact]
    public void An_encoder_has_no_logits_and_no_cache_and_says_so()
    {
        Transformer model = FamilyModels.Random("bert");
        Workspace workspace = On("simd");
        Pass pass = model.Begin(workspace, Batch.Of([1, 2, 3]));
        Tensor hidden = model.Stream(pass, model.Embed(pass));
        Assert.Contains("bert model is an encoder", Assert.Throws<GrimoireException>(() => model.Unembed(hidden)).Message, StringComparison.Ordinal);
        Assert.Throws<GrimoireException>(() => model.Losses(hidden, workspace.From([1, 2, 3])));
        Assert.Contains("cannot continue", Assert.Throws<GrimoireException>(() => model.Begin(workspace, Batch.Of([1], new KeyValueCache(model.Config)))).Message, StringComparison.Ordinal);
        Assert.Contains("types are 0 to 1", Assert.Throws<GrimoireException>(() => model.Begin(workspace, new Batch().Add([1], types: [2]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Token_types_are_heard()
    {
        Transformer model = FamilyModels.Random("bert");
        float[] Typed(params int[] types) => model.Logits(On("simd"), new Batch().Add([4, 5, 6], types: types));
        Assert.Equal(model.Logits(On("simd"), Batch.Of([4, 5, 6])), Typed(0, 0, 0));
        Assert.NotEqual(Typed(0, 0, 0), Typed(0, 1, 1));
    }

    [Theory]
    [MemberData(nameof(Decoders))]
    public void Losses_without_all_logits_are_those_of_the_logits(string name)
    {
        Transformer model = FamilyModels.Random(name);
        Workspace workspace = On("simd");
        Pass pass = model.Begin(workspace, Batch.Of(FamilyModels.Tokens(9)));
        Tensor hidden = model.Stream(pass, model.Embed(pass)), targets = workspace.From(FamilyModels.Tokens(9, 2));
        Assert.True(Runs.LargestDifference(Runs.Values(Ops.CrossEntropy(model.Unembed(hidden), targets)), Runs.Values(model.Losses(hidden, targets))) < 1e-5);
    }

    [Theory]
    [MemberData(nameof(Decoders))]
    public void A_fresh_model_knows_nothing(string name)
    {
        ModelConfig config = FamilyModels.Configs[name];
        var model = new Transformer(config, Initialization.Random(config, 3));
        int[] tokens = FamilyModels.Tokens(24);
        Workspace workspace = On("reference");
        Tensor logits = model.Forward(model.Begin(workspace, Batch.Of(tokens)));
        float[] losses = Runs.Values(Ops.CrossEntropy(logits, workspace.From(FamilyModels.Tokens(24, 9))));
        Assert.Equal(Math.Log(config.Vocabulary), losses.Average(), 0.05);
    }

    [Fact]
    public void Tokens_and_lengths_the_model_does_not_have_are_refused()
    {
        Transformer model = FamilyModels.Random("gpt2");
        Assert.Contains("token 29", Assert.Throws<GrimoireException>(() => model.Logits(29)).Message, StringComparison.Ordinal);
        Assert.Contains("token -1", Assert.Throws<GrimoireException>(() => model.Logits(-1)).Message, StringComparison.Ordinal);
        Assert.Contains("25 tokens", Assert.Throws<GrimoireException>(() => model.Logits(FamilyModels.Tokens(25))).Message, StringComparison.Ordinal);
    }

    private static Workspace On(string device) => new(Runs.Device(device));

    private static Workspace Wide() => new(Kernels.Reference, type: DType.F64);

    private static (float Loss, float[][] Gradients) Step(Transformer model, string device, PassOptions options)
    {
        model.SetTrainable(true);
        var workspace = new Workspace(Runs.Device(device), new Tape());
        Tensor loss = Loss(model, workspace, options);
        workspace.Tape!.Backward(loss);
        return ((float)loss.Item(), [.. model.Parameters.Select(parameter => Runs.Values(parameter.Tensor.Grad!))]);
    }

    private static Tensor Loss(Transformer model, Workspace workspace, PassOptions options)
    {
        Batch batch = new Batch().Add(FamilyModels.Tokens(9, 1)).Add(FamilyModels.Tokens(5, 2));
        Tensor logits = model.Output(model.Begin(workspace, batch, options));
        return Ops.Mean(Ops.CrossEntropy(logits, workspace.From(FamilyModels.Tokens(14, 3))));
    }
}
