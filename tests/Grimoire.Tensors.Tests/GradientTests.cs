namespace Grimoire.Tensors.Tests;

/// <summary>In float64, every gradient equals central differences.</summary>
public sealed class GradientTests
{
    private const double Step = 1e-5;
    private const double Tolerance = 1e-6;
    private const int Coordinates = 24;
    private const int CoordinatesOfLarge = 3;
    private const double Large = 5e4;
    private const int Directions = 2;

    public static TheoryData<string> SmoothCases => [.. OpCases.All.Where(row => row.Smooth).Select(row => row.Name)];

    [Theory]
    [MemberData(nameof(SmoothCases))]
    public void Equals_central_differences(string name)
    {
        OpCase row = OpCases.All.Single(row => row.Name == name);
        CaseRun run = CaseRun.Of(row, Kernels.Reference, DType.F64);
        for (int input = 0; input < row.Inputs.Length; input++)
        {
            if (run.Gradients[input] is not { } gradient)
                continue;
            double norm = Math.Sqrt(gradient.Sum(g => (g - CaseRun.Before) * (g - CaseRun.Before)));
            foreach (double[] direction in DirectionsOf(gradient.Length, row.Flops > Large ? CoordinatesOfLarge : Coordinates, seed: input))
            {
                double claimed = gradient.Zip(direction, (g, d) => (g - CaseRun.Before) * d).Sum();
                double measured = (Loss(row, input, direction, Step) - Loss(row, input, direction, -Step)) / (2 * Step);
                Assert.True(
                    Math.Abs(claimed - measured) <= Tolerance * (norm + 1e-2), $"input {input}: {claimed:R} claimed, {measured:R} measured, norm {norm:G3}");
            }
        }
    }

    /// <summary>Some axes, which find a wrong element, and some random directions, which see all elements at once.</summary>
    private static IEnumerable<double[]> DirectionsOf(int count, int axes, int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < Math.Min(count, axes); i++)
        {
            var axis = new double[count];
            axis[count <= axes ? i : random.Next(count)] = 1;
            yield return axis;
        }

        for (int i = 0; i < Directions; i++)
            yield return [.. Enumerable.Range(0, count).Select(_ => random.NextDouble() - 0.5)];
    }

    private static double Loss(OpCase row, int moved, double[] direction, double step)
    {
        var workspace = new Workspace(Kernels.Reference, type: DType.F64);
        Tensor[] inputs = row.Make(workspace);
        Span<double> elements = inputs[moved].Span<double>();
        for (int i = 0; i < elements.Length; i++)
            elements[i] += step * direction[i];
        Tensor output = row.Run(workspace, inputs);
        return Ops.Sum(output * CaseRun.Projection(workspace, output.Shape)).Item();
    }
}
