namespace Grimoire.Tensors.Tests;

/// <content>Products of matrices.</content>
public static partial class OpCases
{
    private static IEnumerable<OpCase> Matrices()
    {
        (int Rows, int In, int Out)[] sizes =
            [(1, 1, 1), (1, 17, 3), (3, 17, 5), (7, 63, 65), (2, 130, 31), (65, 33, 17), (1, 130, 67), (16, 16, 16), (33, 64, 48), (97, 70, 130)];
        foreach ((int rows, int inputs, int outputs) in sizes)
        {
            yield return Linear(rows, inputs, outputs);
            yield return Linear(rows, inputs, outputs, bias: false);
            yield return Linear(rows, inputs, outputs, stored: DType.F16);
            yield return Linear(rows, inputs, outputs, bias: false, stored: DType.BF16);
            yield return AddLowRank(rows, inputs, outputs, rank: 1 + (inputs / 8));
        }

        yield return new("Linear", "rows of heads", [new((3, 2, 9)), Weight((5, 9))], (_, x) => Ops.Linear(x[0], x[1]), 540);
        yield return new("Linear", "one vector", [new(9), Weight((5, 9)), Weight(5)], (_, x) => Ops.Linear(x[0], x[1], x[2]), 90);
        foreach (int rows in (int[])[1, 3, 7, 40])
            yield return Projections(rows, 33);
        yield return Gated(Activation.Silu, 3, 17, 33);
        yield return Gated(Activation.GeluTanh, 20, 9, 40);
        foreach (bool transposeA in (bool[])[false, true])
        {
            foreach (bool transposeB in (bool[])[false, true])
            {
                yield return MatMul(0, 1, 1, 1, transposeA, transposeB);
                yield return MatMul(0, 3, 17, 5, transposeA, transposeB);
                yield return MatMul(0, 65, 33, 31, transposeA, transposeB);
                yield return MatMul(3, 7, 63, 9, transposeA, transposeB);
                yield return MatMul(2, 17, 1, 130, transposeA, transposeB);
                yield return new(
                    "MatMul", $"accumulating {transposeA} {transposeB}", [Constant((13, 13)), Constant((13, 13)), Constant((13, 13))],
                    (w, x) => Written(x[2], () => w.Kernels.MatMul(x[0], x[1], x[2], transposeA, transposeB, accumulate: true)), 2 * 13 * 13 * 13);
            }
        }

        foreach ((int rows, int inputs, int outputs) in sizes)
            foreach (OpCase direct in LinearGrads(rows, inputs, outputs))
                yield return direct;
    }

    private static IEnumerable<OpCase> LinearGrads(int rows, int inputs, int outputs)
    {
        string size = $"{rows}×{inputs}→{outputs}";
        double flops = 2.0 * rows * inputs * outputs;
        yield return new(
            "LinearWeightGrad", size, [Constant((rows, outputs)), Constant((rows, inputs)), Constant((outputs, inputs))],
            (w, x) => Written(x[2], () => w.Kernels.LinearWeightGrad(x[0], x[1], x[2])), flops);
        yield return new(
            "LinearBiasGrad", size, [Constant((rows, outputs)), Constant(outputs)],
            (w, x) => Written(x[1], () => w.Kernels.LinearBiasGrad(x[0], x[1])), rows * outputs);
        foreach (DType? stored in (DType?[])[null, DType.F16, DType.BF16])
        {
            yield return new(
                "LinearInputGrad", $"{size} {stored}",
                [Constant((rows, outputs)), Weight((outputs, inputs), stored: stored) with { Grad = false }, Constant((rows, inputs))],
                (w, x) => Written(x[2], () => w.Kernels.LinearInputGrad(x[0], x[1], x[2])), flops);
        }
    }

    private static OpCase Linear(int rows, int inputs, int outputs, bool bias = true, DType? stored = null)
    {
        Input[] operands = [new((rows, inputs)), Weight((outputs, inputs), stored: stored), Weight(outputs)];
        return new(
            "Linear", $"{rows}×{inputs}→{outputs} {(bias ? "bias" : "no bias")} {stored}", bias ? operands : operands[..2],
            (_, x) => Ops.Linear(x[0], x[1], bias ? x[2] : null), 2.0 * rows * inputs * outputs);
    }

    private static OpCase Gated(Activation kind, int rows, int inputs, int outputs) => new(
        "GatedLinear", $"{kind} {rows}×{inputs}→{outputs}", [new((rows, inputs)), Weight((outputs, inputs)), Weight(outputs), Weight((outputs, inputs))],
        (_, x) => Ops.GatedLinear(kind, x[0], (x[1], x[2]), (x[3], null)), rows * outputs * ((4.0 * inputs) + 11));

    /// <summary>Three layers of one input, side by side.</summary>
    private static OpCase Projections(int rows, int inputs, int a = 19, int b = 5, int c = 34) => new(
        "Linear", $"three layers of {rows}×{inputs}", [new((rows, inputs)), Weight((a, inputs)), Weight((b, inputs), stored: DType.F16), Weight(b), Weight((c, inputs))],
        (_, x) =>
        {
            Span<Tensor> y = [x[0], x[0], x[0]];
            Ops.Linear(x[0], [(x[1], null), (x[2], x[3]), (x[4], null)], y);
            return Ops.ConcatColumns(Ops.ConcatColumns(y[0], y[1]), y[2]);
        },
        2.0 * rows * inputs * (a + b + c));

    private static OpCase AddLowRank(int rows, int inputs, int outputs, int rank) => new(
        "AddLowRank", $"{rows}×{inputs}→{rank}→{outputs}", [new((rows, outputs)), new((rows, inputs)), Weight((rank, inputs)), Weight((outputs, rank))],
        (_, x) => Ops.AddLowRank(x[0] * 2, x[1], x[2], x[3], 0.5f), 2.0 * rows * rank * (inputs + outputs));

    private static OpCase MatMul(int batch, int m, int k, int n, bool transposeA, bool transposeB)
    {
        Shape Batched(int rows, int columns, bool transpose)
        {
            (rows, columns) = transpose ? (columns, rows) : (rows, columns);
            return batch == 0 ? (rows, columns) : (batch, rows, columns);
        }

        string size = $"{(batch == 0 ? "" : batch + "×")}{m}×{k}×{n}{(transposeA ? " aᵀ" : "")}{(transposeB ? " bᵀ" : "")}";
        return new(
            "MatMul", size, [new(Batched(m, k, transposeA)), new(Batched(k, n, transposeB))],
            (_, x) => Ops.MatMul(x[0], x[1], transposeA, transposeB), 2.0 * Math.Max(batch, 1) * m * k * n);
    }
}
