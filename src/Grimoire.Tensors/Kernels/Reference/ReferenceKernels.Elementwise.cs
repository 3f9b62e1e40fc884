namespace Grimoire.Tensors;

/// <summary>Elementwise kernels.</summary>
internal sealed partial class ReferenceKernels : Kernels
{
    public override void Fill(Tensor x, double value)
    {
        Elements xs = new(x);
        for (long i = 0; i < xs.Count; i++)
            xs[i] = value;
    }

    public override void Copy(Tensor x, Tensor y)
    {
        if (y.DType.IsQuantized())
        {
            Encode(x, y);
            return;
        }

        Elements xs = new(x), ys = new(y);
        for (long i = 0; i < ys.Count; i++)
            ys[i] = xs[i];
    }

    /// <summary>Whole blocks, rounded to float32 first.</summary>
    private static void Encode(Tensor x, Tensor y)
    {
        Elements xs = new(x);
        var values = new float[xs.Count];
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)xs[i];
        Quantization.Quantize(y.DType, values, y.Span<byte>());
    }

    public override void Add(Tensor a, Tensor b, Tensor y)
    {
        Elements @as = new(a), bs = new(b), ys = new(y);
        for (long i = 0; i < ys.Count; i++)
            ys[i] = @as[i] + bs[i];
    }

    public override void Accumulate(Tensor x, float factor, Tensor y)
    {
        Elements xs = new(x), ys = new(y);
        for (long i = 0; i < ys.Count; i++)
            ys[i] += factor * xs[i];
    }

    public override void Multiply(Tensor a, Tensor b, Tensor y)
    {
        Elements @as = new(a), bs = new(b), ys = new(y);
        for (long i = 0; i < ys.Count; i++)
            ys[i] = @as[i] * bs[i];
    }

    public override void ScaleColumns(Tensor x, Tensor factors, Tensor? shift, Tensor y)
    {
        Elements xs = new(x), fs = new(factors), shifts = new(shift ?? factors), ys = new(y);
        for (long i = 0; i < ys.Count; i++)
            ys[i] = (xs[i] * fs[i % fs.Count]) + (shift is null ? 0 : shifts[i % fs.Count]);
    }

    public override void MultiplyGrad(Tensor dy, Tensor other, Tensor dx)
    {
        Elements dys = new(dy), others = new(other), dxs = new(dx);
        for (long i = 0; i < dxs.Count; i++)
            dxs[i] += dys[i] * others[i];
    }

    public override void Scale(Tensor x, float factor, Tensor y)
    {
        Elements xs = new(x), ys = new(y);
        for (long i = 0; i < ys.Count; i++)
            ys[i] = factor * xs[i];
    }

    public override void Activate(Activation kind, Tensor x, Tensor y)
    {
        Elements xs = new(x), ys = new(y);
        for (long i = 0; i < ys.Count; i++)
            ys[i] = Value(kind, xs[i]);
    }

    public override void ActivateGrad(Activation kind, Tensor x, Tensor dy, Tensor dx)
    {
        Elements xs = new(x), dys = new(dy), dxs = new(dx);
        for (long i = 0; i < dxs.Count; i++)
            dxs[i] += dys[i] * Slope(kind, xs[i]);
    }

    public override void Gate(Activation kind, Tensor gate, Tensor up, Tensor y)
    {
        Elements gates = new(gate), ups = new(up), ys = new(y);
        for (long i = 0; i < ys.Count; i++)
            ys[i] = Value(kind, gates[i]) * ups[i];
    }

    public override void GateGrad(Activation kind, Tensor gate, Tensor up, Tensor dy, Tensor? dgate, Tensor? dup)
    {
        Elements gates = new(gate), ups = new(up), dys = new(dy);
        if (dgate is not null)
        {
            Elements dgates = new(dgate);
            for (long i = 0; i < dgates.Count; i++)
                dgates[i] += dys[i] * ups[i] * Slope(kind, gates[i]);
        }

        if (dup is not null)
        {
            Elements dups = new(dup);
            for (long i = 0; i < dups.Count; i++)
                dups[i] += dys[i] * Value(kind, gates[i]);
        }
    }

    public override void Dropout(Tensor x, float rate, ulong seed, Tensor y)
    {
        Elements xs = new(x), ys = new(y);
        for (long i = 0; i < ys.Count; i++)
            ys[i] = CountedRandom.Keeps(seed, (ulong)i, rate) ? xs[i] / (1 - (double)rate) : 0;
    }

    public override void DropoutGrad(Tensor dy, float rate, ulong seed, Tensor dx)
    {
        Elements dys = new(dy), dxs = new(dx);
        for (long i = 0; i < dxs.Count; i++)
            dxs[i] += CountedRandom.Keeps(seed, (ulong)i, rate) ? dys[i] / (1 - (double)rate) : 0;
    }
}
