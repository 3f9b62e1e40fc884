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
/// <c>y = x Wᵀ + b</c> for one to four quantised rows x and a packed weight, which is read once, as fast as memory gives it. For each output the sum begins
/// with the bias; then, inputs ascending, each part adds <c>(Σ code · q − offset · Σ q) · (scale · d)</c> and, where there is a minimum, then
/// <c>minimum · (d · Σ q)</c>, each fused. The sums in parentheses are of integers, so that the bits depend neither on registers nor on threads nor on how many
/// rows there are.
/// </summary>
internal readonly unsafe ref partial struct IntegerGemv<V, B, T>
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
            int output = group * Interleave.Rows, outputs = Math.Min(Interleave.Rows, product.Outputs - output);
            byte* record = product.Data + ((nint)group * records * T.Bytes);
            for (int row = 0; row < x.Rows; row += MaxRows)
            {
                int rows = Math.Min(MaxRows, x.Rows - row);
                for (int r = 0; r < rows; r++)
                    Start(output, outputs, sums + (r * Interleave.Rows));
                if (rows == 1)
                    One(record, x.From(row), sums);
                else if (IntegerDot<V, B, T>.IsWide)
                    FourWide(record, x.From(row), rows, sums);
                else
                    Four(record, x.From(row), rows, sums);
                for (int r = 0; r < rows; r++)
                    Buffer.MemoryCopy(sums + (r * Interleave.Rows), product.Y + ((nint)(row + r) * product.Outputs) + output, outputs * sizeof(float), outputs * sizeof(float));
            }
        }
    }

    /// <summary>Sums begin with the bias.</summary>
    private void Start(int output, int outputs, float* sums)
    {
        if (product.Bias == null)
            new Span<float>(sums, Interleave.Rows).Clear();
        else
            new ReadOnlySpan<float>(product.Bias + output, outputs).CopyTo(new Span<float>(sums, Interleave.Rows));
    }

    /// <summary>One row and one group of outputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void One(byte* record, QuantizedRows row, float* sums)
    {
        int bytes = T.Bytes, inside = T.Inputs / QuantizedRows.Size, parts = QuantizedRows.Size / T.Part, stretch = Math.Max(1, Stretch / bytes);
        sbyte* q = row.Codes;
        QuantizedGroup* of = row.Groups;
        for (int left = records; left > 0; left -= stretch)
        {
            byte* end = record + ((nint)Math.Min(left, stretch) * bytes);
            sbyte* codes = q;
            QuantizedGroup* groups = of;
            for (int lane = 0; lane < Interleave.Rows; lane += V.Count)
            {
                V sum = V.Load(sums + lane);
                codes = q;
                groups = of;
                for (byte* at = record; at < end; at += bytes)
                {
                    V unit = T.Unit<V>(at, lane), minimum = T.HasMinimum ? T.MinimumUnit<V>(at, lane) : unit;
                    for (int g = 0; g < inside; g++, codes += QuantizedRows.Size, groups++)
                    {
                        V scale = T.Scale(unit, at, g * parts, lane);
                        if (IntegerDot<V, B, T>.IsWide)
                        {
                            sum = IntegerDot<V, B, T>.AddWide(at, g, lane, scale, codes, groups, sum);
                        }
                        else
                        {
                            B c0 = T.Quad<B>(at, g, 0, lane), c1 = T.Quad<B>(at, g, 1, lane), c2 = T.Quad<B>(at, g, 2, lane), c3 = T.Quad<B>(at, g, 3, lane);
                            B c4 = T.Quad<B>(at, g, 4, lane), c5 = T.Quad<B>(at, g, 5, lane), c6 = T.Quad<B>(at, g, 6, lane), c7 = T.Quad<B>(at, g, 7, lane);
                            V lastScale = parts == 2 ? T.Scale(unit, at, (g * 2) + 1, lane) : scale;
                            V least = T.HasMinimum ? T.Minimum(minimum, at, g * parts, lane) : scale, lastLeast = T.HasMinimum && parts == 2 ? T.Minimum(minimum, at, (g * 2) + 1, lane) : scale;
                            sum = IntegerDot<V, B, T>.Add(c0, c1, c2, c3, c4, c5, c6, c7, scale, lastScale, least, lastLeast, codes, groups, sum);
                        }

                        if (lane == 0)
                            IntegerDot<V, B, T>.Fetch(at, g);
                    }
                }

                sum.Store(sums + lane);
            }

            record = end;
            q = codes;
            of = groups;
        }
    }
}
