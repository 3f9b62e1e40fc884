namespace Grimoire.Tensors.Tests;

/// <content>Norms.</content>
public static partial class OpCases
{
    private static IEnumerable<OpCase> Norms()
    {
        foreach (Shape shape in (Shape[])[(1, 2), (3, 17), (5, 63), (33, 65), (2, 3, 130), (70, 16)])
        {
            yield return LayerNorm(shape);
            yield return RmsNorm(shape);
        }

        yield return new("LayerNorm", "no bias", [new((3, 17)), Weight(17)], (_, x) => Ops.LayerNorm(x[0], x[1], null, 1e-5f), 0);
        yield return new(
            "LayerNorm", "far from zero", [new((3, 65)), Weight(65)],
            (w, x) => Ops.LayerNorm(x[0] + Thirty(w, x[0].Shape), x[1], null, 1e-5f), 0)
        { Tolerance = 1e-4 };
        yield return new("LayerNorm", "large eps", [new((3, 17), Scale: 0.01f), Weight(17), Weight(17)], (_, x) => Ops.LayerNorm(x[0], x[1], x[2], 0.1f), 0);
        yield return new("RmsNorm", "per head", [new((5, 3, 8)), Weight(8)], (_, x) => Ops.RmsNorm(x[0], x[1], 1e-6f), 0);
        yield return new("RmsNorm", "large eps", [new((3, 17), Scale: 0.01f), Weight(17)], (_, x) => Ops.RmsNorm(x[0], x[1], 0.1f), 0);
    }

    private static OpCase LayerNorm(Shape shape) => new(
        "LayerNorm", $"{shape}", [new(shape), Weight(shape.Last), Weight(shape.Last)], (_, x) => Ops.LayerNorm(x[0], x[1], x[2], 1e-5f), 8 * shape.Count);

    private static OpCase RmsNorm(Shape shape) => new(
        "RmsNorm", $"{shape}", [new(shape), Weight(shape.Last)], (_, x) => Ops.RmsNorm(x[0], x[1], 1e-5f), 5 * shape.Count);

    private static Tensor Thirty(Workspace workspace, Shape shape)
    {
        Tensor tensor = workspace.New(shape);
        workspace.Kernels.Fill(tensor, 30);
        return tensor;
    }
}
