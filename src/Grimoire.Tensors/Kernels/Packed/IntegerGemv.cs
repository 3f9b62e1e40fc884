using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>A packed weight and what its product with quantised rows begins with and goes to.</summary>
/// <remarks>Rows of y are <see cref="Outputs"/> floats apart.</remarks>
internal readonly unsafe struct PackedProduct(PackedWeight weight, float* bias, float* y)
{
    public readonly DType Type = weight.Type;
    public readonly int Outputs = weight.Outputs;
    public readonly byte* Data = weight.Data;
    public readonly float* Bias = bias;
    public readonly float* Y = y;

    /// <summary>Groups of sixteen outputs.</summary>
    public int Groups => (Outputs + Interleave.Rows - 1) / Interleave.Rows;
}

/// <summary>
/// <c>y = x Wᵀ + b</c> for one to four quantised rows x and a packed weight, which is read once, as fast as memory gives it. For each output the sum begins with the bias; then,
/// inputs ascending, each part adds <c>(Σ code · q − offset · Σ q) · (scale · d)</c> and, where there is a minimum, then <c>minimum · (d · Σ q)</c>, each fused. The sums in parentheses
/// are of integers, so that the bits depend neither on registers nor on threads nor on how many rows there are.
/// </summary>
internal readonly unsafe ref struct IntegerGemv<V, B, T>
    where V : unmanaged, ILanes<V>
    where B : unmanaged, IBytes<B, V>
    where T : struct, IPackedBlock
{
    public const int MaxRows = 4;

    /// <summary>Bytes of records that stay in the first-level cache while narrow registers pass over them again and again.</summary>
    private const int Stretch = 4096;

    private readonly PackedProduct product;
    private readonly QuantizedRows x;
    private readonly int records;

    public IntegerGemv(in PackedProduct product, in QuantizedRows x) => (this.product, this.x, records) = (product, x, x.Inputs / T.Inputs);

    /// <summary>Some groups of outputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Multiply(int first, int end)
    {
        float* sums = stackalloc float[MaxRows * Interleave.Rows];
        for (int group = first; group < end; group++)
        {
            int outputs = Math.Min(Interleave.Rows, product.Outputs - (group * Interleave.Rows));
            for (int row = 0; row < x.Rows; row += MaxRows)
            {
                int rows = Math.Min(MaxRows, x.Rows - row);
                Start(group, outputs, sums);
                if (rows == 1)
                    One(group, row, sums);
                else
                    Four(group, row, rows, sums);
                for (int r = 0; r < rows; r++)
                {
                    new ReadOnlySpan<float>(sums + (r * Interleave.Rows), outputs)
                        .CopyTo(new Span<float>(product.Y + ((nint)(row + r) * product.Outputs) + (group * Interleave.Rows), outputs));
                }
            }
        }
    }

    private void Start(int group, int outputs, float* sums)
    {
        for (int i = 0; i < MaxRows * Interleave.Rows; i++)
            sums[i] = product.Bias != null && i % Interleave.Rows < outputs ? product.Bias[(group * Interleave.Rows) + (i % Interleave.Rows)] : 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void One(int group, int row, float* sums)
    {
        byte* record = product.Data + ((nint)group * records * T.Bytes);
        sbyte* codes = x.Codes + ((nint)row * x.Inputs);
        QuantizedGroup* groups = x.Groups + ((nint)row * (x.Inputs / QuantizedRows.Size));
        for (int done = 0, count; done < records; done += count)
        {
            count = Math.Min(records - done, Math.Max(1, Stretch / T.Bytes));
            for (int lane = 0; lane < Interleave.Rows; lane += V.Count)
            {
                V sum = V.Load(sums + lane);
                for (int i = 0; i < count; i++)
                {
                    V unit = T.Unit<V>(record + (i * T.Bytes), lane), minimum = T.HasMinimum ? T.MinimumUnit<V>(record + (i * T.Bytes), lane) : default;
                    for (int g = 0; g < T.Inputs / QuantizedRows.Size; g++)
                    {
                        int at = (i * (T.Inputs / QuantizedRows.Size)) + g;
                        sum = Add(new Decoded(record + (i * T.Bytes), g, lane, unit, minimum), codes + (at * QuantizedRows.Size), groups + at, sum);
                    }
                }

                sum.Store(sums + lane);
            }

            record += count * T.Bytes;
            codes += count * T.Inputs;
            groups += count * (T.Inputs / QuantizedRows.Size);
        }
    }

    /// <summary>Two to four rows share each code; a missing row repeats the first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Four(int group, int row, int rows, float* sums)
    {
        byte* record = product.Data + ((nint)group * records * T.Bytes);
        nint second = x.Inputs, third = rows > 2 ? 2 * second : 0, fourth = rows > 3 ? 3 * second : 0;
        sbyte* codes = x.Codes + ((nint)row * x.Inputs);
        QuantizedGroup* groups = x.Groups + ((nint)row * (x.Inputs / QuantizedRows.Size));
        for (int done = 0; done < records; done++, record += T.Bytes)
        {
            for (int lane = 0; lane < Interleave.Rows; lane += V.Count)
            {
                float* sum = sums + lane;
                V sum0 = V.Load(sum), sum1 = V.Load(sum + 16), sum2 = V.Load(sum + 32), sum3 = V.Load(sum + 48);
                V unit = T.Unit<V>(record, lane), minimum = T.HasMinimum ? T.MinimumUnit<V>(record, lane) : default;
                for (int g = 0; g < T.Inputs / QuantizedRows.Size; g++)
                {
                    var decoded = new Decoded(record, g, lane, unit, minimum);
                    sbyte* q = codes + (g * QuantizedRows.Size);
                    QuantizedGroup* of = groups + g;
                    sum0 = Add(decoded, q, of, sum0);
                    sum1 = Add(decoded, q + second, of + (second / QuantizedRows.Size), sum1);
                    sum2 = Add(decoded, q + third, of + (third / QuantizedRows.Size), sum2);
                    sum3 = Add(decoded, q + fourth, of + (fourth / QuantizedRows.Size), sum3);
                }

                sum0.Store(sum);
                sum1.Store(sum + 16);
                sum2.Store(sum + 32);
                sum3.Store(sum + 48);
            }

            codes += T.Inputs;
            groups += T.Inputs / QuantizedRows.Size;
        }
    }

    /// <summary>Thirty-two inputs of one row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Add(in Decoded w, sbyte* q, QuantizedGroup* of, V sum)
    {
        V d = V.Create(of->Scale);
        if (T.Part == 32)
        {
            V dot = B.Dot(w.Quad0, w.Quad1, w.Quad2, w.Quad3, w.Quad4, w.Quad5, w.Quad6, w.Quad7, q, -T.Offset * of->Sum, T.LargestCode);
            sum = V.MultiplyAdd(dot, w.Scale * d, sum);
            return T.HasMinimum ? V.MultiplyAdd(w.Minimum, V.Create(of->Share), sum) : sum;
        }

        sum = V.MultiplyAdd(B.Dot(w.Quad0, w.Quad1, w.Quad2, w.Quad3, q, -T.Offset * of->FirstSum, T.LargestCode), w.Scale * d, sum);
        if (T.HasMinimum)
            sum = V.MultiplyAdd(w.Minimum, V.Create(of->FirstShare), sum);
        sum = V.MultiplyAdd(B.Dot(w.Quad4, w.Quad5, w.Quad6, w.Quad7, q + 16, -T.Offset * of->LastSum, T.LargestCode), w.LastScale * d, sum);
        return T.HasMinimum ? V.MultiplyAdd(w.LastMinimum, V.Create(of->LastShare), sum) : sum;
    }

    /// <summary>Thirty-two inputs of as many outputs as a register has lanes.</summary>
    private readonly struct Decoded
    {
        public readonly B Quad0, Quad1, Quad2, Quad3, Quad4, Quad5, Quad6, Quad7;
        public readonly V Scale, Minimum, LastScale, LastMinimum;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Decoded(byte* record, int group, int lane, V unit, V minimum)
        {
            Quad0 = T.Quad<B>(record, group, 0, lane);
            Quad1 = T.Quad<B>(record, group, 1, lane);
            Quad2 = T.Quad<B>(record, group, 2, lane);
            Quad3 = T.Quad<B>(record, group, 3, lane);
            Quad4 = T.Quad<B>(record, group, 4, lane);
            Quad5 = T.Quad<B>(record, group, 5, lane);
            Quad6 = T.Quad<B>(record, group, 6, lane);
            Quad7 = T.Quad<B>(record, group, 7, lane);
            int part = group * QuantizedRows.Size / T.Part;
            Scale = T.Scale(unit, record, part, lane);
            Minimum = T.HasMinimum ? T.Minimum(minimum, record, part, lane) : default;
            LastScale = T.Part == 16 ? T.Scale(unit, record, part + 1, lane) : default;
            LastMinimum = T.Part == 16 && T.HasMinimum ? T.Minimum(minimum, record, part + 1, lane) : default;
        }
    }
}
