using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <content>Two to four rows.</content>
internal readonly unsafe ref partial struct IntegerGemv<V, B, T>
{
    /// <summary>Two to four rows, which share each code, and one group of outputs; a missing row repeats the first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Four(byte* record, QuantizedRows row, int rows, float* sums)
    {
        int bytes = T.Bytes, inside = T.Inputs / QuantizedRows.Size, parts = QuantizedRows.Size / T.Part;
        nint second = row.Inputs, third = rows > 2 ? 2 * second : 0, fourth = rows > 3 ? 3 * second : 0;
        sbyte* q = row.Codes;
        QuantizedGroup* of = row.Groups;
        for (byte* end = record + ((nint)records * bytes); record < end; record += bytes)
        {
            for (int lane = 0; lane < Interleave.Rows; lane += V.Count)
            {
                float* sum = sums + lane;
                V sum0 = V.Load(sum), sum1 = V.Load(sum + 16), sum2 = V.Load(sum + 32), sum3 = V.Load(sum + 48);
                V unit = T.Unit<V>(record, lane), minimum = T.HasMinimum ? T.MinimumUnit<V>(record, lane) : unit;
                for (int g = 0; g < inside; g++)
                {
                    V scale = T.Scale(unit, record, g * parts, lane);
                    sbyte* codes = q + (g * QuantizedRows.Size);
                    QuantizedGroup* groups = of + g;
                    B c0 = T.Quad<B>(record, g, 0, lane), c1 = T.Quad<B>(record, g, 1, lane), c2 = T.Quad<B>(record, g, 2, lane), c3 = T.Quad<B>(record, g, 3, lane);
                    B c4 = T.Quad<B>(record, g, 4, lane), c5 = T.Quad<B>(record, g, 5, lane), c6 = T.Quad<B>(record, g, 6, lane), c7 = T.Quad<B>(record, g, 7, lane);
                    V lastScale = parts == 2 ? T.Scale(unit, record, (g * 2) + 1, lane) : scale;
                    V least = T.HasMinimum ? T.Minimum(minimum, record, g * parts, lane) : scale, lastLeast = T.HasMinimum && parts == 2 ? T.Minimum(minimum, record, (g * 2) + 1, lane) : scale;
                    sum0 = IntegerDot<V, B, T>.Add(c0, c1, c2, c3, c4, c5, c6, c7, scale, lastScale, least, lastLeast, codes, groups, sum0);
                    sum1 = IntegerDot<V, B, T>.Add(c0, c1, c2, c3, c4, c5, c6, c7, scale, lastScale, least, lastLeast, codes + second, groups + (second / QuantizedRows.Size), sum1);
                    sum2 = IntegerDot<V, B, T>.Add(c0, c1, c2, c3, c4, c5, c6, c7, scale, lastScale, least, lastLeast, codes + third, groups + (third / QuantizedRows.Size), sum2);
                    sum3 = IntegerDot<V, B, T>.Add(c0, c1, c2, c3, c4, c5, c6, c7, scale, lastScale, least, lastLeast, codes + fourth, groups + (fourth / QuantizedRows.Size), sum3);
                    if (lane == 0)
                        IntegerDot<V, B, T>.Fetch(record, g);
                }

                sum0.Store(sum);
                sum1.Store(sum + 16);
                sum2.Store(sum + 32);
                sum3.Store(sum + 48);
            }

            q += T.Inputs;
            of += inside;
        }
    }

    /// <summary>The same for codes of eight bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FourWide(byte* record, QuantizedRows row, int rows, float* sums)
    {
        int bytes = T.Bytes, inside = T.Inputs / QuantizedRows.Size;
        nint second = row.Inputs, third = rows > 2 ? 2 * second : 0, fourth = rows > 3 ? 3 * second : 0;
        sbyte* q = row.Codes;
        QuantizedGroup* of = row.Groups;
        for (byte* end = record + ((nint)records * bytes); record < end; record += bytes)
        {
            for (int lane = 0; lane < Interleave.Rows; lane += V.Count)
            {
                float* sum = sums + lane;
                V sum0 = V.Load(sum), sum1 = V.Load(sum + 16), sum2 = V.Load(sum + 32), sum3 = V.Load(sum + 48);
                V unit = T.Unit<V>(record, lane);
                for (int g = 0; g < inside; g++)
                {
                    V scale = T.Scale(unit, record, g, lane);
                    sbyte* codes = q + (g * QuantizedRows.Size);
                    QuantizedGroup* groups = of + g;
                    sum0 = IntegerDot<V, B, T>.AddWide(record, g, lane, scale, codes, groups, sum0);
                    sum1 = IntegerDot<V, B, T>.AddWide(record, g, lane, scale, codes + second, groups + (second / QuantizedRows.Size), sum1);
                    sum2 = IntegerDot<V, B, T>.AddWide(record, g, lane, scale, codes + third, groups + (third / QuantizedRows.Size), sum2);
                    sum3 = IntegerDot<V, B, T>.AddWide(record, g, lane, scale, codes + fourth, groups + (fourth / QuantizedRows.Size), sum3);
                    if (lane == 0)
                        IntegerDot<V, B, T>.Fetch(record, g);
                }

                sum0.Store(sum);
                sum1.Store(sum + 16);
                sum2.Store(sum + 32);
                sum3.Store(sum + 48);
            }

            q += T.Inputs;
            of += inside;
        }
    }
}
