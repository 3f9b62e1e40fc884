namespace Grimoire.Tensors.Tests;

/// <content>Sums, means and maxima.</content>
public static partial class OpCases
{
    private static IEnumerable<OpCase> Reductions()
    {
        foreach (Shape shape in (Shape[])[1, 3, (5, 65), (70, 130), (2, 3, 4, 5)])
        {
            yield return new("Sum", $"{shape}", [new(shape)], (_, x) => Ops.Sum(x[0]), shape.Count) { Tolerance = 1e-4 };
            yield return new("Mean", $"{shape}", [new(shape)], (_, x) => Ops.Mean(x[0]), shape.Count) { Tolerance = 1e-4 };
            yield return new("SquaredError", $"{shape}", [new(shape), new(shape)], (_, x) => Ops.SquaredError(x[0], x[1]), 3 * shape.Count);
            yield return SumOfSquares((int)shape.Count);
            yield return new(
                "SumOfSquares", $"{shape} and others", [Constant(shape), Constant(20_001)],
                (w, x) => w.From(Shape.Scalar, [(float)w.Kernels.SumOfSquares([x[0], x[1], x[0]])]), 2.0 * shape.Count);
        }

        foreach (Shape shape in (Shape[])[(3, 1), (4, 7), (5, 65), (2, 3, 130), 17])
        {
            yield return new("ArgMax", $"{shape}", [new(shape, Grad: false)], (_, x) => Ops.ArgMax(x[0]), shape.Count);
            yield return new("ArgMax", $"tied {shape}", [new(shape, Grad: false, Draw.Tied)], (_, x) => Ops.ArgMax(x[0]), shape.Count);
            yield return new("ArgMax", $"masked {shape}", [new(shape, Grad: false, Draw.Masked)], (_, x) => Ops.ArgMax(x[0]), shape.Count);
        }
    }

    private static OpCase SumOfSquares(int count) => new(
        "SumOfSquares", $"[{count}]", [Constant(count)], (w, x) => w.From(Shape.Scalar, [(float)w.Kernels.SumOfSquares(x[0])]), 2.0 * count);
}
