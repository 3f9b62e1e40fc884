using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>Columns moved, and the step of a recurrent layer.</summary>
internal sealed unsafe partial class SimdKernels<V>
{
    public override void CopyColumns(Tensor x, int from, Tensor y, int to, int count, bool accumulate) =>
        EachRow(new ColumnsOp(Floats(x) + from, x.Shape.Last, Floats(y) + to, y.Shape.Last, count, accumulate), x.Shape.Rows, count);

    public override void LstmCell(Tensor gates, Tensor? last, Tensor cell, Tensor hidden) =>
        EachRow(new LstmOp(Floats(gates), FloatsOrNull(last), last?.Shape.Rows ?? 0, Floats(cell), Floats(hidden), cell.Shape.Last), cell.Shape.Rows,
            8L * cell.Shape.Last);

    public override void LstmCellGrad(Tensor gates, Tensor? last, Tensor cell, Tensor dhidden, Tensor dcell, Tensor dgates, Tensor? dlast) =>
        EachRow(
            new LstmGradOp(Floats(gates), FloatsOrNull(last), last?.Shape.Rows ?? 0, Floats(cell), Floats(dhidden), Floats(dcell), Floats(dgates),
                FloatsOrNull(dlast), cell.Shape.Last),
            cell.Shape.Rows, 8L * cell.Shape.Last);

    private readonly struct ColumnsOp(float* x, int stride, float* y, int step, int count, bool accumulate) : IRowwise
    {
        public void Row(int row)
        {
            float* from = x + ((nint)row * stride), to = y + ((nint)row * step);
            if (accumulate)
                RowMath<V>.Accumulate(from, 1, to, count);
            else
                new ReadOnlySpan<float>(from, count).CopyTo(new Span<float>(to, count));
        }
    }

    private readonly struct LstmOp(float* gates, float* last, int continued, float* cell, float* hidden, int channels) : IRowwise
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Row(int row)
        {
            int j = 0;
            for (; j <= channels - V.Count; j += V.Count)
                At(row, j, default(Whole<V>));
            if (j < channels)
                At(row, j, new Partial<V>(channels - j));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void At<A>(int row, int j, A lanes)
            where A : struct, IAccess<V>
        {
            float* s = gates + ((nint)row * 4 * channels) + j;
            nint at = ((nint)row * channels) + j;
            V i = VectorMath<V>.Sigmoid(lanes.Load(s)), g = VectorMath<V>.Tanh(lanes.Load(s + (2 * channels)));
            V f = VectorMath<V>.Sigmoid(lanes.Load(s + channels)), o = VectorMath<V>.Sigmoid(lanes.Load(s + (3 * channels)));
            V c = i * g;
            if (row < continued)
                c = V.MultiplyAdd(f, lanes.Load(last + at), c);
            lanes.Store(s, i);
            lanes.Store(s + channels, f);
            lanes.Store(s + (2 * channels), g);
            lanes.Store(s + (3 * channels), o);
            lanes.Store(cell + at, c);
            lanes.Store(hidden + at, o * VectorMath<V>.Tanh(c));
        }
    }

    private readonly struct LstmGradOp(
        float* gates, float* last, int continued, float* cell, float* dhidden, float* dcell, float* dgates, float* dlast, int channels) : IRowwise
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Row(int row)
        {
            int j = 0;
            for (; j <= channels - V.Count; j += V.Count)
                At(row, j, default(Whole<V>));
            if (j < channels)
                At(row, j, new Partial<V>(channels - j));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void At<A>(int row, int j, A lanes)
            where A : struct, IAccess<V>
        {
            nint at = ((nint)row * channels) + j;
            float* s = gates + ((nint)row * 4 * channels) + j, ds = dgates + ((nint)row * 4 * channels) + j;
            V one = V.Create(1), i = lanes.Load(s), f = lanes.Load(s + channels), g = lanes.Load(s + (2 * channels)), o = lanes.Load(s + (3 * channels));
            V tanh = VectorMath<V>.Tanh(lanes.Load(cell + at)), dh = lanes.Load(dhidden + at);
            V dc = V.MultiplyAdd(dh * o, one - (tanh * tanh), lanes.Load(dcell + at));
            Add(lanes, ds, dc * g * i * (one - i));
            Add(lanes, ds + (2 * channels), dc * i * (one - (g * g)));
            Add(lanes, ds + (3 * channels), dh * tanh * o * (one - o));
            if (row >= continued)
                return;
            Add(lanes, ds + channels, dc * lanes.Load(last + at) * f * (one - f));
            Add(lanes, dlast + at, dc * f);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Add<A>(A lanes, float* to, V value)
            where A : struct, IAccess<V> => lanes.Store(to, lanes.Load(to) + value);
    }
}
