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

    private static void Check(string name, AdapterConfig config)
    {
        Transformer model = FamilyModels.Random(name).In(DType.F64);
        Adapter adapter = TinyAdapters.Attached(model, config, type: DType.F64);
        adapter.SetTrainable(true);
        var workspace = new Workspace(Kernels.Reference, new Tape(), DType.F64);
        workspace.Tape!.Backward(Loss(model, workspace));
        foreach (Parameter parameter in adapter.Parameters)
        {
            double[] direction = [.. Enumerable.Range(0, (int)parameter.Tensor.Shape.Count).Select(i => CountedRandom.Normal(11, (ulong)i))];
            Span<double> values = parameter.Tensor.Span<double>();
            double[] before = values.ToArray(), gradient = parameter.Tensor.Grad!.Span<double>().ToArray();
            double Moved(double step)
            {
                Span<double> moved = parameter.Tensor.Span<double>();
                for (int i = 0; i < moved.Length; i++)
                    moved[i] = before[i] + (step * direction[i]);
                return Loss(model, new Workspace(Kernels.Reference, type: DType.F64)).Item();
            }

            double difference = (Moved(Step) - Moved(-Step)) / (2 * Step), slope = gradient.Zip(direction, (g, d) => g * d).Sum();
            Moved(0);
            Assert.True(Math.Abs(difference - slope) < 1e-5 * Math.Max(1, Math.Abs(slope)), $"{parameter.Name}: {slope} and {difference}");
        }
    }

    private static Tensor Loss(Transformer model, Workspace workspace)
    {
        Pass pass = model.Begin(workspace, new Batch().Add(FamilyModels.Tokens(7, 1)).Add(FamilyModels.Tokens(4, 2)));
        return Ops.Sum(model.Losses(model.Stream(pass, model.Embed(pass)), workspace.From(FamilyModels.Tokens(11, 5))));
    }
}
