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
        SumRows(new RowTerm(Floats(dy), db.Shape.Last), dy.Shape.Rows, db.Shape.Last).AddTo(db);

    private void NormGrad(Tensor x, Tensor weight, Tensor statistics, Tensor dy, Tensor? dx, Tensor? dweight, Tensor? dbias, bool centred)
    {
        int rows = x.Shape.Rows, n = x.Shape.Last;
        bool onto = false;
        float* dxs = dx is null ? null : Gradient(dx, out onto);
        var op = new NormGradOp(Floats(x), Floats(weight), Floats(statistics), Floats(dy), dxs, onto, n, centred);
        if (dweight is null && dbias is null)
        {
            EachRow(op, rows, n);
            return;
        }

        RowTotals totals = SumRows(op, rows, 2 * n);
        totals.AddTo(dweight);
        totals.AddTo(dbias, from: n);
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

    /// <summary>
    /// With g = dy ⊙ weight and the normalised x̂: dx += scale · (g − mean g − x̂ · mean(g ⊙ x̂)), the first mean only if centred. Sums, where wanted, hold
    /// Σ dy ⊙ x̂ and behind it Σ dy.
    /// </summary>
    private readonly struct NormGradOp(float* x, float* weight, float* statistics, float* dy, float* dx, bool onto, int n, bool centred) : IRowwise, IRowTerm
    {
        public void Row(int row) => Add(row, null);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Add(int row, float* sums)
        {
            float mean = centred ? statistics[2 * row] : 0, scale = centred ? statistics[(2 * row) + 1] : statistics[row];
            var at = new Channels(x + ((nint)row * n), weight, dy + ((nint)row * n), dx == null ? null : dx + ((nint)row * n), sums, n, V.Create(mean),
                V.Create(scale));
            if (sums != null)
                Sum(at);
            if (dx != null)
                Spread(at);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Sum(in Channels row)
        {
            Channels at = row;
            int i = 0;
            for (; i <= at.Count - V.Count; i += V.Count)
                at.Sum(i, default(Whole<V>));
            if (i < at.Count)
                at.Sum(i, new Partial<V>(at.Count - i));
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Spread(in Channels row)
        {
            Channels at = row;
            V sumG = V.Create(0), sumGX = sumG;
            int whole = n - (n % V.Count), i = 0;
            for (; i < whole; i += V.Count)
                at.Means(i, ref sumG, ref sumGX, default(Whole<V>));
            if (i < n)
                at.Means(i, ref sumG, ref sumGX, new Partial<V>(n - i));
            V meanG = V.Create(centred ? -V.Sum(sumG) / n : 0), meanGX = V.Create(-V.Sum(sumGX) / n);
            for (i = 0; i < whole; i += V.Count)
                at.Spread(i, meanG, meanGX, onto, default(Whole<V>));
            if (i < n)
                at.Spread(i, meanG, meanGX, onto, new Partial<V>(n - i));
        }

        /// <summary>One row, channel by channel; lanes beyond its end are 0 in x and dy and stay out of the sums.</summary>
        private readonly struct Channels(float* x, float* weight, float* dy, float* dx, float* sums, int count, V mean, V scale)
        {
            public int Count => count;

            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            public void Sum<A>(int i, A lanes)
                where A : struct, IAccess<V>
            {
                V dyi = lanes.Load(dy + i);
                lanes.Store(sums + i, V.MultiplyAdd(dyi, (lanes.Load(x + i) - mean) * scale, lanes.Load(sums + i)));
                lanes.Store(sums + count + i, lanes.Load(sums + count + i) + dyi);
            }

            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            public void Means<A>(int i, ref V sumG, ref V sumGX, A lanes)
                where A : struct, IAccess<V>
            {
                V g = lanes.Load(dy + i) * lanes.Load(weight + i);
                sumG += g;
                sumGX = V.MultiplyAdd(g, (lanes.Load(x + i) - mean) * scale, sumGX);
            }

            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            public void Spread<A>(int i, V meanG, V meanGX, bool onto, A lanes)
                where A : struct, IAccess<V>
            {
                V g = V.MultiplyAdd(lanes.Load(dy + i), lanes.Load(weight + i), meanG);
                V inner = V.MultiplyAdd((lanes.Load(x + i) - mean) * scale, meanGX, g);
                lanes.Store(dx + i, onto ? V.MultiplyAdd(scale, inner, lanes.Load(dx + i)) : scale * inner);
            }
        }
    }

    private readonly struct RowTerm(float* dy, int columns) : IRowTerm
    {
        public void Add(int row, float* sums) => RowMath<V>.Accumulate(dy + ((nint)row * columns), 1, sums, columns);
    }
}
