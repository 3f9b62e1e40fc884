namespace Grimoire.Tensors.Tests;

/// <content>Elementwise ops.</content>
public static partial class OpCases
{
    private static IEnumerable<OpCase> Elementwise()
    {
        foreach (Shape shape in OddShapes)
        {
            yield return Add(shape);
            yield return new("Subtract", $"{shape}", [new(shape), new(shape)], (_, x) => Ops.Subtract(x[0], x[1]), shape.Count);
            yield return new("Multiply", $"{shape}", [new(shape), new(shape)], (_, x) => Ops.Multiply(x[0], x[1]), shape.Count);
            yield return new("Scale", $"{shape}", [new(shape)], (_, x) => Ops.Scale(x[0], -0.75f), shape.Count);
            yield return Dropout(shape);
            yield return new("ScaleColumns", $"{shape}", [new(shape), new(shape.Last)], (_, x) => Ops.ScaleColumns(x[0], x[1]), shape.Count);
            yield return new("ScaleColumns", $"{shape} shifted", [new(shape), Weight(shape.Last), Weight(shape.Last)], (_, x) => Ops.ScaleColumns(x[0], x[1], x[2]), 2 * shape.Count);
        }

        yield return new("AddTo", "an activation", [new((3, 17)), new((3, 17))], (_, x) => Ops.AddTo(x[0] * 2, x[1]), 102);
        yield return new("AddTo", "a parameter", [Weight((3, 5)), new((3, 5))], (_, x) => Ops.AddTo(Ops.AddTo(x[0], x[1]), x[0]), 30);
        yield return new("Add", "a parameter", [Weight((3, 5)), new((3, 5))], (_, x) => Ops.Add(x[0], x[1]), 15);
        yield return new("Add", "x + x", [new((3, 5))], (_, x) => x[0] + x[0], 15);
        yield return new("Subtract", "x - x", [new((3, 5))], (_, x) => x[0] - x[0], 15);
        yield return new("Multiply", "x * x", [new((3, 5))], (_, x) => x[0] * x[0], 15);
        yield return new("Multiply", "a reshaped operand", [new((3, 10)), new((5, 6))], (_, x) => x[0].Reshape((5, 6)) * x[1], 30);
        foreach (Activation kind in Enum.GetValues<Activation>())
        {
            yield return Activate(kind, (3, 65));
            yield return Activate(kind, 130, Draw.Special);
            yield return Gate(kind, (3, 65));
            yield return Gate(kind, (2, 17));
            yield return new(
                "Gate", $"{kind} special", [new(130, Draw: Draw.Special), new(130)], (_, x) => Ops.Gate(kind, x[0], x[1]), 1300)
            { Tolerance = 1e-5 };
        }

        yield return Named("Sigmoid", Ops.Sigmoid);
        yield return Named("Tanh", Ops.Tanh);
        yield return Named("Relu", Ops.Relu);
        yield return Named("Gelu", Ops.Gelu);
        yield return Named("GeluTanh", Ops.GeluTanh);
        yield return Named("Silu", Ops.Silu);
        foreach (OpCase direct in Copies())
            yield return direct;
    }

    /// <summary>Kernels that ops use only in passing.</summary>
    private static IEnumerable<OpCase> Copies()
    {
        yield return new("Fill", "[67]", [Constant(67)], (w, x) => Written(x[0], () => w.Kernels.Fill(x[0], -2.5)), 67);
        yield return new("Accumulate", "[131]", [Constant(131), Constant(131)], (w, x) => Written(x[1], () => w.Kernels.Accumulate(x[0], 0.3f, x[1])), 262);
        yield return new("Scale", "in place", [Constant(131)], (w, x) => Written(x[0], () => w.Kernels.Scale(x[0], 0.3f, x[0])), 131);
        foreach (DType type in (DType[])[DType.F32, DType.F64, DType.F16, DType.BF16])
        {
            yield return new("Copy", $"to {type}", [Constant((3, 43))], (w, x) => Copied(w, x[0], type), 129);
            yield return new("Copy", $"special to {type}", [new(37, Grad: false, Draw.Special)], (w, x) => Copied(w, x[0], type), 37);
        }

        foreach (DType type in (DType[])[DType.F16, DType.BF16])
            yield return new("Copy", $"from {type}", [Weight((3, 43), stored: type)], (w, x) => Copied(w, x[0], w.DType), 129);
    }

    private static OpCase Add(Shape shape) => new("Add", $"{shape}", [new(shape), new(shape)], (_, x) => Ops.Add(x[0], x[1]), shape.Count);

    private static OpCase Dropout(Shape shape) =>
        new("Dropout", $"{shape}", [new(shape)], (_, x) => Ops.Dropout(x[0], 0.3f, seed: 12345678901234567), shape.Count);

    private static OpCase Activate(Activation kind, Shape shape, Draw draw = Draw.Normal) =>
        new("Activate", $"{kind} {draw} {shape}", [new(shape, Draw: draw, Scale: 2)], (_, x) => Ops.Activate(kind, x[0]), 10 * shape.Count);

    private static OpCase Gate(Activation kind, Shape shape) =>
        new("Gate", $"{kind} {shape}", [new(shape, Scale: 2), new(shape)], (_, x) => Ops.Gate(kind, x[0], x[1]), 11 * shape.Count);

    private static OpCase Named(string name, Func<Tensor, Tensor> op) => new(name, "[3, 7]", [new((3, 7))], (_, x) => op(x[0]), 210);

    private static Tensor Copied(Workspace workspace, Tensor x, DType type)
    {
        Tensor y = workspace.New(x.Shape, type);
        workspace.Kernels.Copy(x, y);
        return y;
    }

    private static Tensor Written(Tensor output, Action kernel)
    {
        kernel();
        return output;
    }
}
