namespace Grimoire.Tensors;

/// <summary>Products of matrices.</summary>
internal sealed partial class ReferenceKernels
{
    public override void Linear(Tensor x, Tensor weight, Tensor? bias, Tensor y)
    {
        if (weight is { Packed: not null, DType: var type } && type.IsQuantized())
        {
            PackedLinear(x, weight, bias, y);
            return;
        }

        Elements xs = new(x), weights = new(weight), biases = new(bias ?? weight), ys = new(y);
        int inputs = weight.Shape[1], outputs = weight.Shape[0];
        for (long row = 0; row < x.Shape.Rows; row++)
        {
            for (long o = 0; o < outputs; o++)
            {
                double sum = bias is null ? 0 : biases[o];
                for (long i = 0; i < inputs; i++)
                    sum += xs[(row * inputs) + i] * weights[(o * inputs) + i];
                ys[(row * outputs) + o] = sum;
            }
        }
    }

    public override void LinearInputGrad(Tensor dy, Tensor weight, Tensor dx)
    {
        Elements dys = new(dy), weights = new(weight), dxs = new(dx);
        int inputs = weight.Shape[1], outputs = weight.Shape[0];
        for (long row = 0; row < dx.Shape.Rows; row++)
        {
            for (long i = 0; i < inputs; i++)
            {
                double sum = 0;
                for (long o = 0; o < outputs; o++)
                    sum += dys[(row * outputs) + o] * weights[(o * inputs) + i];
                dxs[(row * inputs) + i] += sum;
            }
        }
    }

    public override void LinearWeightGrad(Tensor dy, Tensor x, Tensor dw)
    {
        Elements dys = new(dy), xs = new(x), dws = new(dw);
        int inputs = dw.Shape[1], outputs = dw.Shape[0], rows = x.Shape.Rows;
        for (long o = 0; o < outputs; o++)
        {
            for (long i = 0; i < inputs; i++)
            {
                double sum = 0;
                for (long row = 0; row < rows; row++)
                    sum += dys[(row * outputs) + o] * xs[(row * inputs) + i];
                dws[(o * inputs) + i] += sum;
            }
        }
    }

    public override void LinearBiasGrad(Tensor dy, Tensor db)
    {
        Elements dys = new(dy), dbs = new(db);
        long outputs = dbs.Count;
        for (long o = 0; o < outputs; o++)
        {
            double sum = 0;
            for (long i = o; i < dys.Count; i += outputs)
                sum += dys[i];
            dbs[o] += sum;
        }
    }

    public override void MatMul(Tensor a, Tensor b, Tensor y, bool transposeA = false, bool transposeB = false, bool accumulate = false)
    {
        Elements @as = new(a), bs = new(b), ys = new(y);
        long m = y.Shape[-2], n = y.Shape[-1], k = a.Shape[transposeA ? -2 : -1];
        long batches = y.Shape.Rank == 3 ? y.Shape[0] : 1;
        for (long batch = 0; batch < batches; batch++)
        {
            long firstA = batch * m * k, firstB = batch * k * n, firstY = batch * m * n;
            for (long row = 0; row < m; row++)
            {
                for (long column = 0; column < n; column++)
                {
                    double sum = accumulate ? ys[firstY + (row * n) + column] : 0;
                    for (long i = 0; i < k; i++)
                    {
                        sum += @as[firstA + (transposeA ? (i * m) + row : (row * k) + i)]
                            * bs[firstB + (transposeB ? (column * k) + i : (i * n) + column)];
                    }

                    ys[firstY + (row * n) + column] = sum;
                }
            }
        }
    }
}
