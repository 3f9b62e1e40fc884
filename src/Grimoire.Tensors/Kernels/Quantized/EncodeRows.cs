namespace Grimoire.Tensors;

/// <summary>
/// Rows of F32, F16, BF16 or quantised numbers into rows of any of these types but F32, by way of floats. Weights, if any, are those of the columns of a row.
/// </summary>
internal readonly unsafe struct EncodeRows(DType from, byte* x, DType to, byte* y, int row, long count, float* weights) : IJob
{
    /// <summary>Numbers of one piece of work.</summary>
    private const int PieceSize = 1 << 13;

    /// <summary>Far beyond what a scale of 16 bits reaches, and small enough for sums of squares of squares.</summary>
    private const float Largest = 1e9f;

    private readonly int piece = Math.Max(1, PieceSize / Math.Max(1, row));

    public int Pieces => row == 0 ? 0 : (int)((count + ((long)row * piece) - 1) / ((long)row * piece));

    public void Run(int index)
    {
        long first = (long)index * piece * row, end = Math.Min(count, first + ((long)piece * row));
        float* values = Scratch.Own(row);
        for (; first < end; first += row)
        {
            int length = (int)Math.Min(row, end - first);
            Read(x + from.Bytes(first), values, length);
            Check(new ReadOnlySpan<float>(values, length), first);
            if (to.IsQuantized())
                Blocks.Encode(to, values, weights, y + to.Bytes(first), length);
            else
                Narrow(values, (ushort*)y + first, length);
        }
    }

    private void Read(byte* stored, float* values, int length)
    {
        switch (from)
        {
            case DType.F32: new Span<float>(stored, length).CopyTo(new Span<float>(values, length)); break;
            case DType.F16 or DType.BF16: Widen(stored, values, length); break;
            default: Quantization.Decode(from, stored, values, length); break;
        }
    }

    private void Widen(byte* stored, float* values, int length)
    {
        int i = 0;
        for (; i <= length - Lanes256.Count; i += Lanes256.Count)
            (from == DType.F16 ? Half16.Load<Lanes256>(stored, i) : Brain16.Load<Lanes256>(stored, i)).Store(values + i);
        for (; i < length; i++)
            values[i] = from == DType.F16 ? Half16.At(stored, i) : Brain16.At(stored, i);
    }

    private void Narrow(float* values, ushort* stored, int length)
    {
        if (to == DType.F16)
            Narrowing.ToHalf(values, stored, length);
        else
            Narrowing.ToBFloat16(values, stored, length);
    }

    private void Check(ReadOnlySpan<float> values, long first)
    {
        if (!to.IsQuantized())
            return;
        for (int i = 0; i < values.Length; i++)
        {
            if (!(Math.Abs(values[i]) <= (to == DType.MXFP4 ? float.MaxValue : Largest)))
                throw new GrimoireException(
                    $"number {first + i} is {values[i]}, which {to} cannot store; look for a broken checkpoint, or keep this weight in F32");
        }
    }
}
