using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Grimoire.Tensors;

/// <summary>Elementwise kernels.</summary>
internal sealed unsafe partial class SimdKernels<V>
{
    public override void Fill(Tensor x, double value)
    {
        if (x.DType == DType.F32)
            Each(new FillOp(Floats(x), (float)value), x.Shape.Count);
        else
            Reference.Fill(x, value);
    }

    public override void Copy(Tensor x, Tensor y)
    {
        if (x.DType == y.DType)
            x.CopyTo(y);
        else if (y.DType == DType.F32 && x.DType == DType.F16)
            Each(new ConvertOp<Half16>(x.Data, Floats(y)), y.Shape.Count);
        else if (y.DType == DType.F32 && x.DType == DType.BF16)
            Each(new ConvertOp<Brain16>(x.Data, Floats(y)), y.Shape.Count);
        else if (y.DType == DType.F32 && x.DType.IsQuantized())
            EachRow(new DecodeOp(x.DType, x.Data, Floats(y), y.Shape.Last), y.Shape.Rows, y.Shape.Last);
        else if (x.DType == DType.F32 && y.DType == DType.BF16)
            Round(Floats(x), (ushort*)y.Data, y.Shape.Count);
        else if (!Wide(x.DType) && !Wide(y.DType))
            Quantization.Encode(x, y, null, threads);
        else
            Reference.Copy(x, y);
    }

    private void Round(float* x, ushort* y, long count)
    {
        var job = new RoundJob(x, y, count);
        Team(ref job, Pieces(count));
    }

    private static bool Wide(DType type) => type is DType.F64 or DType.I32;

    public override void Add(Tensor a, Tensor b, Tensor y) => Each(new AddOp(Floats(a), Floats(b), Floats(y)), y.Shape.Count);

    public override void Accumulate(Tensor x, float factor, Tensor y)
    {
        float* sums = Gradient(y, out bool onto);
        if (onto)
            Each(new AccumulateOp(Floats(x), factor, sums), y.Shape.Count);
        else
            Each(new ScaleOp(Floats(x), factor, sums), y.Shape.Count);
    }

    public override void Multiply(Tensor a, Tensor b, Tensor y) => Each(new MultiplyOp(Floats(a), Floats(b), Floats(y)), y.Shape.Count);

    public override void MultiplyGrad(Tensor dy, Tensor other, Tensor dx) =>
        Each(new MultiplyGradOp(Floats(dy), Floats(other), Gradient(dx, out bool onto), onto), dx.Shape.Count);

    public override void Scale(Tensor x, float factor, Tensor y) => Each(new ScaleOp(Floats(x), factor, Floats(y)), y.Shape.Count);

    public override void ScaleColumns(Tensor x, Tensor factors, Tensor? shift, Tensor y) =>
        EachRow(new ScaleColumnsOp(Floats(x), Floats(factors), FloatsOrNull(shift), Floats(y), y.Shape.Last), y.Shape.Rows, y.Shape.Last);

    public override void Dropout(Tensor x, float rate, ulong seed, Tensor y) =>
        Each(new DropoutOp(Floats(x), rate, seed, Floats(y), onto: false), y.Shape.Count);

    public override void DropoutGrad(Tensor dy, float rate, ulong seed, Tensor dx) =>
        Each(new DropoutOp(Floats(dy), rate, seed, Gradient(dx, out bool onto), onto), dx.Shape.Count);

    private readonly struct FillOp(float* x, float value) : IElementwise<V>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void At<A>(nint i, A lanes)
            where A : struct, IAccess<V> => lanes.Store(x + i, V.Create(value));
    }

    private readonly struct ConvertOp<T>(byte* x, float* y) : IElementwise<V>
        where T : struct, IElement
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void At<A>(nint i, A lanes)
            where A : struct, IAccess<V> => lanes.Store(y + i, lanes.Load<T>(x, i));
    }

    /// <summary>To bfloat16: the nearest, ties to even; a NaN stays one.</summary>
    private readonly struct RoundJob(float* x, ushort* y, long count) : IJob
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int index)
        {
            nint i = (nint)index * PieceSize, end = (nint)Math.Min(count, i + (long)PieceSize);
            for (; i <= end - 16; i += 16)
                Vector256.Narrow(Upper(x + i), Upper(x + i + 8)).Store(y + i);
            for (; i < end; i++)
                y[i] = BFloat16.FromSingle(x[i]);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector256<uint> Upper(float* x)
        {
            Vector256<float> values = Vector256.Load(x);
            Vector256<uint> bits = values.AsUInt32(), odd = (bits >>> 16) & Vector256<uint>.One;
            Vector256<uint> rounded = bits + Vector256.Create(0x7FFFu) + odd;
            return Vector256.ConditionalSelect(Vector256.Equals(values, values).AsUInt32(), rounded, bits | Vector256.Create(0x400000u)) >>> 16;
        }
    }

    private readonly struct DecodeOp(DType type, byte* x, float* y, int channels) : IRowwise
    {
        public void Row(int row) => Blocks<V>.Decode(type, x + (row * type.Bytes(channels)), y + ((nint)row * channels), channels);
    }

    private readonly struct AddOp(float* a, float* b, float* y) : IElementwise<V>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void At<A>(nint i, A lanes)
            where A : struct, IAccess<V> => lanes.Store(y + i, lanes.Load(a + i) + lanes.Load(b + i));
    }

    private readonly struct AccumulateOp(float* x, float factor, float* y) : IElementwise<V>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void At<A>(nint i, A lanes)
            where A : struct, IAccess<V> => lanes.Store(y + i, V.MultiplyAdd(V.Create(factor), lanes.Load(x + i), lanes.Load(y + i)));
    }

    private readonly struct MultiplyOp(float* a, float* b, float* y) : IElementwise<V>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void At<A>(nint i, A lanes)
            where A : struct, IAccess<V> => lanes.Store(y + i, lanes.Load(a + i) * lanes.Load(b + i));
    }

    private readonly struct MultiplyGradOp(float* dy, float* other, float* dx, bool onto) : IElementwise<V>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void At<A>(nint i, A lanes)
            where A : struct, IAccess<V>
        {
            V start = onto ? lanes.Load(dx + i) : V.Create(0);
            lanes.Store(dx + i, V.MultiplyAdd(lanes.Load(dy + i), lanes.Load(other + i), start));
        }
    }

    private readonly struct ScaleOp(float* x, float factor, float* y) : IElementwise<V>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void At<A>(nint i, A lanes)
            where A : struct, IAccess<V> => lanes.Store(y + i, V.Create(factor) * lanes.Load(x + i));
    }

    private readonly struct ScaleColumnsOp(float* x, float* factors, float* shift, float* y, int columns) : IRowwise
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Row(int row)
        {
            float* from = x + ((nint)row * columns), to = y + ((nint)row * columns);
            int i = 0;
            for (; i <= columns - V.Count; i += V.Count)
                At(i, from, to, default(Whole<V>));
            if (i < columns)
                At(i, from, to, new Partial<V>(columns - i));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void At<A>(int i, float* from, float* to, A lanes)
            where A : struct, IAccess<V>
        {
            V shifted = shift == null ? V.Create(0) : lanes.Load(shift + i);
            lanes.Store(to + i, V.MultiplyAdd(lanes.Load(from + i), lanes.Load(factors + i), shifted));
        }
    }

    private readonly struct DropoutOp(float* x, float rate, ulong seed, float* y, bool onto) : IElementwise<V>
    {
        private readonly float factor = (float)(1 / (1 - (double)rate));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void At<A>(nint i, A lanes)
            where A : struct, IAccess<V>
        {
            V dropped = V.Greater(V.Create(rate), V.Uniform(seed, (ulong)i));
            V product = V.Select(dropped, V.Create(0), V.Create(factor) * lanes.Load(x + i));
            lanes.Store(y + i, onto ? lanes.Load(y + i) + product : product);
        }
    }
}
