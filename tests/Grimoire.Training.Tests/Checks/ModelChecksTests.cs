using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Checks;

namespace Grimoire.Training.Tests.Checks;

public sealed class ModelChecksTests
{
    private static readonly ModelConfig Small = Llama.Config(2, 4, 32, 24, 61, keyValueHeads: 2, tied: true);

    public static TheoryData<string> Names => ["gpt2", "llama", "windowed", "narrow", "gemma", "experts", "longrope"];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_right_model_passes_them_all(string name)
    {
        ModelConfig config = name switch
        {
            "gpt2" => Gpt2.Config(2, 4, 32, 32, 61),
            "windowed" => Small with { Family = "mistral", Window = 5 },
            "gemma" => Small with
            {
                Layers = 3,
                NormPlacement = NormPlacement.Both,
                QueryKeyNorm = true,
                AttentionScale = 0.3f,
                AttentionSoftCap = 20,
                LogitSoftCap = 20,
                Window = 5,
                WindowedLayers = [true, true, false],
                WindowRotary = new RotaryConfig { Base = 100 },
            },
            "experts" => Small with { Experts = 6, ExpertsPerToken = 3, NormalizeExperts = true, RotaryLayers = [true, false] },
            "longrope" => Small with
            {
                HeadDim = 16,
                Context = 64,
                Rotary = new RotaryConfig { Scaling = new RotaryScaling.LongRope([1, 1, 2, 2, 3, 3, 4, 4], [1, 2, 3, 4, 5, 6, 7, 8], 40, 1.1) },
            },
            // One head of four channels is no excuse.
            "narrow" => Llama.Config(1, 1, 4, 8, 31),
            _ => Small,
        };
        CheckResult[] results = [.. new ModelChecks(config, Kernels.Simd).All()];
        Assert.Equal(8, results.Select(r => r.Name).Distinct().Count());
        Assert.All(results, result => Assert.True(result.Passed, $"{result.Name}: {result.Detail}"));
    }

    [Fact]
    public void An_encoder_is_refused() =>
        Assert.Throws<GrimoireException>(() => new ModelChecks(Small with { Causal = false, Head = false, TiedEmbeddings = false }, Kernels.Simd).All().First());

    [Theory]
    [InlineData(Fault.WeightGradients, "gradients")]
    [InlineData(Fault.SeesTheFuture, "causal leak")]
    [InlineData(Fault.SeesNeighbours, "packing")]
    [InlineData(Fault.ForgetsPositions, "cache parity")]
    [InlineData(Fault.Inexact, "kernels")]
    [InlineData(Fault.WrongLoss, "first loss")]
    [InlineData(Fault.LearnsNothing, "overfit one batch")]
    public void Each_finds_its_fault(Fault fault, string check)
    {
        var checks = new ModelChecks(Small, new FaultyKernels(Kernels.Simd, fault));
        CheckResult result = check switch
        {
            "gradients" => checks.Gradients(),
            "causal leak" => checks.CausalLeak(),
            "packing" => checks.Packing(),
            "cache parity" => checks.CacheParity(),
            "kernels" => checks.Reference(),
            "first loss" => checks.FirstLoss(),
            _ => checks.OverfitOneBatch(),
        };
        Assert.Equal(check, result.Name);
        Assert.False(result.Passed, result.Detail);
    }

    [Fact]
    public void Kernels_without_a_fault_are_not_accused() =>
        Assert.All(new ModelChecks(Small, new FaultyKernels(Kernels.Simd, Fault.None)).All(), result => Assert.True(result.Passed, $"{result.Name}: {result.Detail}"));
}
