using Grimoire.Models.Adapters;
using Grimoire.Tensors;

namespace Grimoire.Models.Tests.Adapters;

/// <summary>The gradient of every number of an adapter is what central differences say.</summary>
public sealed class AdapterGradientTests
{
    private const double Step = 1e-4;

    [Theory]
    [InlineData("gpt2")]
    [InlineData("llama")]
    [InlineData("mixtral")]
    public void Lora(string name) => Check(name, TinyAdapters.Lora with { Rank = 2 });

    [Theory]
    [InlineData("gpt2")]
    [InlineData("llama")]
    public void Ia3(string name) => Check(name, new AdapterConfig { Kind = AdapterKind.Ia3, Targets = ["all-linear"] });

    [Theory]
    [InlineData("gpt2")]
    [InlineData("llama")]
    [InlineData("mistral")]
    [InlineData("qwen3")]
    public void Prompt(string name) => Check(name, new AdapterConfig { Kind = AdapterKind.Prompt, VirtualTokens = 3 });

    [Theory]
    [InlineData("gpt2")]
    [InlineData("llama")]
    [InlineData("gemma2")]
    [InlineData("qwen3")]
    public void Prefix(string name) => Check(name, new AdapterConfig { Kind = AdapterKind.Prefix, VirtualTokens = 3 });

    /// <summary>‖V‖ passes no gradient on, so only the lengths are what differences say.</summary>
    [Theory]
    [InlineData("gpt2")]
    [InlineData("llama")]
    public void Lengths_of_dora(string name) => Check(name, TinyAdapters.Lora with { Rank = 2, Dora = true }, "magnitude");

    /// <summary>A and B have the gradient of m / ‖V‖ ∘ (x Wᵀ + s x Aᵀ Bᵀ) with the factors held.</summary>
    [Fact]
    public void Directions_of_dora()
    {
        Transformer model = FamilyModels.Random("gpt2").In(DType.F64);
        Adapter adapter = TinyAdapters.Attached(model, TinyAdapters.Lora with { Dora = true, Targets = ["blocks.0.attn.o"] }, type: DType.F64);
        adapter.SetTrainable(true);
        Linear linear = model.Blocks[0].Attention.Output;
        var layer = (DecomposedLowRank)adapter.Layers[0];
        var workspace = new Workspace(Kernels.Reference, new Tape(), DType.F64);
        Tensor x = workspace.From((3, 16), [.. Enumerable.Range(0, 48).Select(i => (float)CountedRandom.Normal(1, (ulong)i))]);
        Tensor weights = workspace.From((3, 16), [.. Enumerable.Range(0, 48).Select(i => (float)CountedRandom.Normal(2, (ulong)i))]);

        workspace.Tape!.Backward(Ops.Sum(linear.Forward(x) * weights));
        double[] a = Taken(layer.Low.A), b = Taken(layer.Low.B);

        double[] factors = new double[16];
        for (int row = 0; row < 16; row++)
        {
            double squares = 0;
            for (int i = 0; i < 16; i++)
            {
                double sum = linear.Weight.Span<double>()[(row * 16) + i];
                for (int r = 0; r < 3; r++)
                    sum += layer.Low.Factor * layer.Low.B.Span<double>()[(row * 3) + r] * layer.Low.A.Span<double>()[(r * 16) + i];
                squares += sum * sum;
            }

            factors[row] = layer.Magnitude.Span<double>()[row] / Math.Sqrt(squares);
        }

        Tensor held = workspace.New(16);
        factors.CopyTo(held.Span<double>());
        Tensor plain = Ops.ScaleColumns(
            Ops.AddLowRank(Ops.Linear(x, linear.Weight), x, layer.Low.A, layer.Low.B, (float)layer.Low.Factor), held, linear.Bias);
        workspace.Tape.Backward(Ops.Sum(plain * weights));
        Assert.Equal(a, Taken(layer.Low.A), (one, other) => Math.Abs(one - other) < 1e-8);
        Assert.Equal(b, Taken(layer.Low.B), (one, other) => Math.Abs(one - other) < 1e-8);

        static double[] Taken(Tensor parameter)
        {
            double[] gradient = parameter.Grad!.ToArray<double>();
            parameter.Grad = null;
            return gradient;
        }
    }

    private static void Check(string name, AdapterConfig config, string only = "")
    {
        Transformer model = FamilyModels.Random(name).In(DType.F64);
        Adapter adapter = TinyAdapters.Attached(model, config, type: DType.F64);
        adapter.SetTrainable(true);
        var workspace = new Workspace(Kernels.Reference, new Tape(), DType.F64);
        workspace.Tape!.Backward(Loss(model, workspace));
        foreach (Parameter parameter in adapter.Parameters.Where(parameter => parameter.Name.Contains(only, StringComparison.Ordinal)))
        {
            double[] direction = [.. Enumerable.Range(0, (int)parameter.Tensor.Shape.Count).Select(i => CountedRandom.Normal(11, (ulong)i))];
            double[] before = parameter.Tensor.ToArray<double>(), gradient = parameter.Tensor.Grad!.ToArray<double>();
            double Moved(double step)
            {
                Span<double> moved = parameter.Tensor.Span<double>();
                for (int i = 0; i < moved.Length; i++)
                    moved[i] = before[i] + (step * direction[i]);
                return Loss(model, new Workspace(Kernels.Reference, type: DType.F64)).Item();
            }

            double difference = (Moved(Step) - Moved(-Step)) / (2 * Step), slope = gradient.Zip(direction, (g, d) => g * d).Sum();
            Moved(0);
            Assert.True(Math.Abs(difference - slope) < 1e-4 * Math.Max(1, Math.Abs(slope)), $"{parameter.Name}: {slope} and {difference}");
        }
    }

    private static Tensor Loss(Transformer model, Workspace workspace)
    {
        Pass pass = model.Begin(workspace, new Batch().Add(FamilyModels.Tokens(7, 1)).Add(FamilyModels.Tokens(4, 2)));
        return Ops.Sum(model.Losses(model.Stream(pass, model.Embed(pass)), workspace.From(FamilyModels.Tokens(11, 5))));
    }
}
