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

        if (x.Shape.Rows == 1)
        {
            OneRow(x, weight, bias, y);
            return;
        }

        Gemm<V>.Multiply(Forward(x, new(weight, bias, y)), threads);
    }

    public override void LinearInputGrad(Tensor dy, Tensor weight, Tensor dx)
    {
        int rows = dx.Shape.Rows, inputs = weight.Shape[1], outputs = weight.Shape[0];
        Gemm<V>.Multiply(
            new(Operand.AlongDepth(Floats(dy), outputs), Operand.AlongOuter(weight.Data, inputs, weight.DType), Gradient(dx, out bool onto), inputs, rows,
                inputs, outputs, onto),
            threads);
    }

    public override void LinearWeightGrad(Tensor dy, Tensor x, Tensor dw)
    {
        int rows = x.Shape.Rows, inputs = dw.Shape[1], outputs = dw.Shape[0];
        if (rows == 0)
            return;
        Gemm<V>.Multiply(
            new(Operand.AlongOuter(Floats(dy), outputs), Operand.AlongOuter(Floats(x), inputs), Gradient(dw, out bool onto), inputs, outputs, inputs, rows,
                onto),
            threads);
    }

    /// <summary>Layers that are not packed share one packing of x where each gives every thread something to do.</summary>
    private void PlainLinear(Tensor x, ReadOnlySpan<Projection> projections)
    {
        Product* products = stackalloc Product[projections.Length];
        for (int i = 0; i < projections.Length; i++)
        {
            Tensor weight = projections[i].Weight;
            if (x.Shape.Rows == 1 || weight.Packed is not null || weight.DType.IsQuantized() || weight.Shape[0] < 2 * threads * Tile<V>.Columns)
            {
                base.Linear(x, projections);
                return;
            }

            products[i] = Forward(x, projections[i]);
        }

        Gemm<V>.Multiply(new ReadOnlySpan<Product>(products, projections.Length), shareA: true, threads);
    }

    private static Product Forward(Tensor x, in Projection layer)
    {
        int rows = x.Shape.Rows, inputs = layer.Weight.Shape[1], outputs = layer.Weight.Shape[0];
        Operand weight = Operand.AlongDepth(layer.Weight.Data, inputs, layer.Weight.DType);
        return new(Operand.AlongDepth(Floats(x), inputs), weight, Floats(layer.Y), outputs, rows, outputs, inputs, bias: FloatsOrNull(layer.Bias));
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
