namespace Grimoire.Tensors.Tests;

/// <content>Distributions and their losses.</content>
public static partial class OpCases
{
    private static IEnumerable<OpCase> Distributions()
    {
        foreach (Shape shape in (Shape[])[(1, 1), (3, 17), (5, 63), (2, 3, 65), (7, 130), 9])
        {
            yield return Softmax(shape);
            yield return new("Softmax", $"masked {shape}", [new(shape, Draw: Draw.Masked)], (_, x) => Ops.Softmax(x[0]), 0);
            yield return new("Softmax", $"steep {shape}", [new(shape, Scale: 40)], (_, x) => Ops.Softmax(x[0]), 0) { Tolerance = 1e-4 };
            yield return new("LogSoftmax", $"{shape}", [new(shape)], (_, x) => Ops.LogSoftmax(x[0]), 0);
            yield return new("LogSoftmax", $"steep {shape}", [new(shape, Scale: 40)], (_, x) => Ops.LogSoftmax(x[0]), 0) { Tolerance = 1e-4 };
            yield return new("LogSoftmax", $"masked {shape}", [new(shape, Grad: false, Draw.Masked)], (_, x) => Ops.LogSoftmax(x[0]), 0);
        }

        foreach (CrossEntropySpec spec in (CrossEntropySpec[])[default, new(Smoothing: 0.1f), new(ZLoss: 0.01f), new(0.2f, 0.03f)])
        {
            foreach ((int rows, int vocabulary) in ((int, int)[])[(1, 1), (4, 17), (9, 65), (33, 130)])
            {
                yield return CrossEntropy(rows, vocabulary, spec);
                yield return CrossEntropy(rows, vocabulary, spec, scale: 30);
            }

            yield return LinearCrossEntropy(7, 17, 33, spec);
            yield return LinearCrossEntropy(7, 17, 33, spec, bias: true, softCap: 2, chunk: 3);
            yield return LinearCrossEntropy(33, 9, 65, spec, chunk: 16, stored: DType.BF16);
        }

        yield return LinearCrossEntropy(1, 1, 2, chunk: 1);
        yield return LinearCrossEntropy(70, 33, 130, bias: true, chunk: 32);
        yield return LinearCrossEntropy(9, 16, 12, softCap: 30, chunk: 4);
    }

    private static OpCase Softmax(Shape shape) => new("Softmax", $"{shape}", [new(shape)], (_, x) => Ops.Softmax(x[0]), 5 * shape.Count);

    private static OpCase CrossEntropy(int rows, int vocabulary, CrossEntropySpec spec = default, float scale = 1) => new(
        "CrossEntropy", $"{rows}×{vocabulary} smoothing {spec.Smoothing} z-loss {spec.ZLoss} scale {scale}",
        [new((rows, vocabulary), Scale: scale), new(rows, Grad: false, Draw.IgnoredIds, Limit: vocabulary)],
        (_, x) => Ops.CrossEntropy(x[0], x[1], spec), 5.0 * rows * vocabulary)
    {
        Tolerance = scale > 1 ? 1e-4 : 2e-5,
    };

    private static OpCase LinearCrossEntropy(
        int rows, int channels, int vocabulary, CrossEntropySpec spec = default, bool bias = false, float softCap = 0, int chunk = 0, DType? stored = null)
    {
        Input targets = new(rows, Grad: false, Draw.IgnoredIds, Limit: vocabulary);
        Input[] operands = [new((rows, channels)), Weight((vocabulary, channels), 0.5f, stored), targets, Weight(vocabulary)];
        string options = $"smoothing {spec.Smoothing} z-loss {spec.ZLoss} cap {softCap} chunk {chunk} {(bias ? "bias" : "")} {stored}";
        return new(
            "LinearCrossEntropy", $"{rows}×{channels}→{vocabulary} {options}", bias ? operands : operands[..3],
            (_, x) => Ops.LinearCrossEntropy(x[0], x[1], bias ? x[3] : null, x[2], spec, softCap, chunk), 2.0 * rows * channels * vocabulary)
        { Tolerance = 2e-5 };
    }
}
