namespace Grimoire.Tensors;

/// <summary>Products of matrices: all the same product with other factors.</summary>
internal sealed unsafe partial class SimdKernels<V>
{
    public override void Linear(Tensor x, Tensor weight, Tensor? bias, Tensor y)
    {
        if (weight.Packed is { } packed)
        {
            PackedLinear(x, packed, bias, y);
            return;
        }

        int rows = x.Shape.Rows, inputs = weight.Shape[1], outputs = weight.Shape[0];
        if (rows == 1)
        {
            OneRow(x, weight, bias, y);
            return;
        }

        Gemm<V>.Multiply(
            new(Operand.AlongDepth(Floats(x), inputs), Operand.AlongDepth(weight.Data, inputs, weight.DType), Floats(y), outputs, rows, outputs, inputs, bias: FloatsOrNull(bias)),
            threads);
    }

    public override void LinearInputGrad(Tensor dy, Tensor weight, Tensor dx)
    {
        int rows = dx.Shape.Rows, inputs = weight.Shape[1], outputs = weight.Shape[0];
        Gemm<V>.Multiply(
            new(Operand.AlongDepth(Floats(dy), outputs), Operand.AlongOuter(weight.Data, inputs, weight.DType), Gradient(dx, out bool onto), inputs, rows, inputs, outputs, onto),
            threads);
    }

    public override void LinearWeightGrad(Tensor dy, Tensor x, Tensor dw)
    {
        int rows = x.Shape.Rows, inputs = dw.Shape[1], outputs = dw.Shape[0];
        if (rows == 0)
            return;
        Gemm<V>.Multiply(
            new(Operand.AlongOuter(Floats(dy), outputs), Operand.AlongOuter(Floats(x), inputs), Gradient(dw, out bool onto), inputs, outputs, inputs, rows, onto),
            threads);
    }

    public override void MatMul(Tensor a, Tensor b, Tensor y, bool transposeA = false, bool transposeB = false, bool accumulate = false)
    {
        int m = y.Shape[-2], n = y.Shape[-1], k = a.Shape[transposeA ? -2 : -1], batches = y.Shape.Rank == 3 ? y.Shape[0] : 1;
        Operand left = transposeA ? Operand.AlongOuter(Floats(a), m) : Operand.AlongDepth(Floats(a), k);
        Operand right = transposeB ? Operand.AlongDepth(Floats(b), k) : Operand.AlongOuter(Floats(b), n);
        var products = new Products(new(left, right, Floats(y), n, m, n, k, accumulate), batches >= 2 * threads ? 1 : threads);
        if (batches >= 2 * threads)
            Team(ref products, batches);
        else
            products.RunAll(batches);
    }

    /// <summary>Weights in place, whatever their type.</summary>
    private void OneRow(Tensor x, Tensor weight, Tensor? bias, Tensor y)
    {
        switch (weight.DType)
        {
            case DType.F32: OneRow<SinglePair>(x, weight, bias, y); break;
            case DType.F16: OneRow<HalfPair>(x, weight, bias, y); break;
            case DType.BF16: OneRow<BrainPair>(x, weight, bias, y); break;
            case DType.F64 or DType.I32: throw new InvalidOperationException($"a weight of {weight.DType} cannot be multiplied");
            default: DecodedRows<V>.Multiply(x, weight, FloatsOrNull(bias), Floats(y), threads); break;
        }
    }

    private void OneRow<T>(Tensor x, Tensor weight, Tensor? bias, Tensor y)
        where T : struct, IStoredPair
    {
        int inputs = weight.Shape[1], outputs = weight.Shape[0];
        Gemv<V, T>.Multiply(Floats(x), weight.Data, FloatsOrNull(bias), Floats(y), inputs, outputs, threads);
    }

    /// <summary>The products of a batch.</summary>
    private readonly struct Products(Product first, int threads) : IJob
    {
        public void Run(int index)
        {
            nint a = (nint)first.Rows * first.Depth, b = (nint)first.Depth * first.Columns, c = (nint)first.Rows * first.Columns;
            Gemm<V>.Multiply(
                first with
                {
                    A = first.A with { Data = first.A.Data + (index * a * sizeof(float)) },
                    B = first.B with { Data = first.B.Data + (index * b * sizeof(float)) },
                    C = first.C + (index * c),
                },
                threads);
        }

        public void RunAll(int count)
        {
            for (int i = 0; i < count; i++)
                Run(i);
        }
    }
}
