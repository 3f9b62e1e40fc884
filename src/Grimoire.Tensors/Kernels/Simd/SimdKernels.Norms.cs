using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>Normalisations of rows.</summary>
internal sealed unsafe partial class SimdKernels<V>
{
    public override void LayerNorm(Tensor x, Tensor weight, Tensor? bias, float eps, Tensor y, Tensor statistics) => EachRow(
        new NormOp(Floats(x), Floats(weight), FloatsOrNull(bias), eps, Floats(y), Floats(statistics), x.Shape.Last, centred: true), x.Shape.Rows, x.Shape.Last);

    public override void RmsNorm(Tensor x, Tensor weight, float eps, Tensor y, Tensor statistics) => EachRow(
        new NormOp(Floats(x), Floats(weight), null, eps, Floats(y), Floats(statistics), x.Shape.Last, centred: false), x.Shape.Rows, x.Shape.Last);

    public override void LayerNormGrad(Tensor x, Tensor weight, Tensor statistics, Tensor dy, Tensor? dx, Tensor? dweight, Tensor? dbias) =>
        NormGrad(x, weight, statistics, dy, dx, dweight, dbias, centred: true);

    public override void RmsNormGrad(Tensor x, Tensor weight, Tensor statistics, Tensor dy, Tensor? dx, Tensor? dweight) =>
        NormGrad(x, weight, statistics, dy, dx, dweight, null, centred: false);

    public override void LinearBiasGrad(Tensor dy, Tensor db) =>
        SumRows(new RowTerm(Floats(dy), db.Shape.Last), dy.Shape.Rows, db.Shape.Last, Floats(db));

    private void NormGrad(Tensor x, Tensor weight, Tensor statistics, Tensor dy, Tensor? dx, Tensor? dweight, Tensor? dbias, bool centred)
    {
        int rows = x.Shape.Rows, n = x.Shape.Last;
        if (dx is not null)
            EachRow(new NormGradOp(Floats(x), Floats(weight), Floats(statistics), Floats(dy), Floats(dx), n, centred), rows, n);
        if (dweight is not null)
            SumRows(new NormWeightTerm(Floats(x), Floats(statistics), Floats(dy), n, centred), rows, n, Floats(dweight));
        if (dbias is not null)
            LinearBiasGrad(dy, dbias);
    }

    /// <summary>y = (x − mean) · scale ⊙ weight + bias; without centring the mean is 0 and not stored.</summary>
    private readonly struct NormOp(float* x, float* weight, float* bias, float eps, float* y, float* statistics, int n, bool centred) : IRowwise
    {
        public void Row(int row)
        {
            float* from = x + ((nint)row * n);
            float mean = centred ? RowMath<V>.Sum(from, n) / n : 0;
            float scale = (float)(1 / Math.Sqrt((RowMath<V>.SquaredDistance(from, mean, n) / n) + (double)eps));
            if (centred)
                (statistics[2 * row], statistics[(2 * row) + 1]) = (mean, scale);
            else
                statistics[row] = scale;
            Write(from, y + ((nint)row * n), mean, scale);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Write(float* from, float* to, float mean, float scale)
        {
            V m = V.Create(mean), s = V.Create(scale);
            int i = 0;
            for (; i <= n - V.Count; i += V.Count)
            {
                V normal = (V.Load(from + i) - m) * s * V.Load(weight + i);
                (bias == null ? normal : normal + V.Load(bias + i)).Store(to + i);
            }

            for (; i < n; i++)
                to[i] = ((from[i] - mean) * scale * weight[i]) + (bias == null ? 0 : bias[i]);
        }
    }

    /// <summary>With g = dy ⊙ weight and the normalised x̂: dx += scale · (g − mean g − x̂ · mean(g ⊙ x̂)), the first mean only if centred.</summary>
    private readonly struct NormGradOp(float* x, float* weight, float* statistics, float* dy, float* dx, int n, bool centred) : IRowwise
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Row(int row)
        {
            nint first = (nint)row * n;
            float mean = centred ? statistics[2 * row] : 0, scale = centred ? statistics[(2 * row) + 1] : statistics[row];
            V m = V.Create(mean), s = V.Create(scale), sumG = V.Create(0), sumGX = sumG;
            int whole = n - (n % V.Count);
            for (int i = 0; i < whole; i += V.Count)
            {
                V g = V.Load(dy + first + i) * V.Load(weight + i);
                sumG += g;
                sumGX = V.MultiplyAdd(g, (V.Load(x + first + i) - m) * s, sumGX);
            }

            float meanG = V.Sum(sumG), meanGX = V.Sum(sumGX);
            for (int i = whole; i < n; i++)
            {
                float g = dy[first + i] * weight[i];
                meanG += g;
                meanGX += g * (x[first + i] - mean) * scale;
            }

            meanG = centred ? meanG / n : 0;
            meanGX /= n;
            V mg = V.Create(meanG), mgx = V.Create(-meanGX);
            for (int i = 0; i < whole; i += V.Count)
            {
                V g = V.MultiplyAdd(V.Load(dy + first + i), V.Load(weight + i), -mg);
                V inner = V.MultiplyAdd((V.Load(x + first + i) - m) * s, mgx, g);
                V.MultiplyAdd(s, inner, V.Load(dx + first + i)).Store(dx + first + i);
            }

            for (int i = whole; i < n; i++)
                dx[first + i] += scale * ((dy[first + i] * weight[i]) - meanG - ((x[first + i] - mean) * scale * meanGX));
        }
    }

    /// <summary>dy ⊙ x̂.</summary>
    private readonly struct NormWeightTerm(float* x, float* statistics, float* dy, int n, bool centred) : IRowTerm
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Add(int row, float* sums)
        {
            float mean = centred ? statistics[2 * row] : 0, scale = centred ? statistics[(2 * row) + 1] : statistics[row];
            float* from = x + ((nint)row * n), dfrom = dy + ((nint)row * n);
            V m = V.Create(mean), s = V.Create(scale);
            int i = 0;
            for (; i <= n - V.Count; i += V.Count)
                V.MultiplyAdd(V.Load(dfrom + i), (V.Load(from + i) - m) * s, V.Load(sums + i)).Store(sums + i);
            for (; i < n; i++)
                sums[i] += dfrom[i] * (from[i] - mean) * scale;
        }
    }

    private readonly struct RowTerm(float* dy, int columns) : IRowTerm
    {
        public void Add(int row, float* sums) => RowMath<V>.Accumulate(dy + ((nint)row * columns), 1, sums, columns);
    }
}
