using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary><see cref="IntegerTile{V, B, TStep}"/> straight from records: codes are decoded into registers, for so few rows that storing them would cost more.</summary>
internal static unsafe class RecordTile<V, B, T, TStep>
    where V : unmanaged, ILanes<V>
    where B : unmanaged, IBytes<B, V>
    where T : struct, IPackedBlock
    where TStep : struct, IIntegerStep<V, B>
{
    /// <summary>Eight rows.</summary>
    /// <param name="record">Where to begin.</param>
    /// <param name="records">How many.</param>
    /// <param name="lane">The first of the outputs.</param>
    /// <param name="x">A panel of <see cref="IntegerPanels"/>.</param>
    /// <param name="sides">Its sides.</param>
    /// <param name="sideSize">Floats of these for a block.</param>
    /// <param name="sums">What is added to, sixteen floats a row.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Eight(byte* record, int records, int lane, sbyte* x, float* sides, nint sideSize, float* sums)
    {
        V s0 = V.Load(sums), s1 = V.Load(sums + 16), s2 = V.Load(sums + 32), s3 = V.Load(sums + 48);
        V s4 = V.Load(sums + 64), s5 = V.Load(sums + 80), s6 = V.Load(sums + 96), s7 = V.Load(sums + 112);
        for (; records > 0; records--, record += T.Bytes)
        {
            V unit = T.Unit<V>(record, lane), minimum = T.HasMinimum ? T.MinimumUnit<V>(record, lane) : unit;
            byte* codes = record + (T.Bytes - Interleave.Codes) + (4 * lane);
            for (int g = 0; g < T.Inputs / QuantizedRows.Size; g++)
            {
                if (lane == 0)
                    IntegerDot<V, B, T>.Fetch(record, g);
                V scale = T.Scale(unit, record, g * TStep.Parts, lane), lastScale = TStep.Parts == 2 ? T.Scale(unit, record, (g * 2) + 1, lane) : scale;
                V least = T.HasMinimum ? T.Minimum(minimum, record, g * TStep.Parts, lane) : scale;
                V lastLeast = T.HasMinimum && TStep.Parts == 2 ? T.Minimum(minimum, record, (g * 2) + 1, lane) : scale;
                B c0 = T.Quad<B>(record, g, 0, lane), c1 = T.Quad<B>(record, g, 1, lane), c2 = T.Quad<B>(record, g, 2, lane), c3 = T.Quad<B>(record, g, 3, lane);
                B c4 = T.Quad<B>(record, g, 4, lane), c5 = T.Quad<B>(record, g, 5, lane), c6 = T.Quad<B>(record, g, 6, lane), c7 = T.Quad<B>(record, g, 7, lane);
                s0 = TStep.Add(codes, c0, c1, c2, c3, c4, c5, c6, c7, scale, lastScale, least, lastLeast, x, sides, s0);
                s1 = TStep.Add(codes, c0, c1, c2, c3, c4, c5, c6, c7, scale, lastScale, least, lastLeast, x + 32, sides + 1, s1);
                s2 = TStep.Add(codes, c0, c1, c2, c3, c4, c5, c6, c7, scale, lastScale, least, lastLeast, x + 64, sides + 2, s2);
                s3 = TStep.Add(codes, c0, c1, c2, c3, c4, c5, c6, c7, scale, lastScale, least, lastLeast, x + 96, sides + 3, s3);
                s4 = TStep.Add(codes, c0, c1, c2, c3, c4, c5, c6, c7, scale, lastScale, least, lastLeast, x + 128, sides + 4, s4);
                s5 = TStep.Add(codes, c0, c1, c2, c3, c4, c5, c6, c7, scale, lastScale, least, lastLeast, x + 160, sides + 5, s5);
                s6 = TStep.Add(codes, c0, c1, c2, c3, c4, c5, c6, c7, scale, lastScale, least, lastLeast, x + 192, sides + 6, s6);
                s7 = TStep.Add(codes, c0, c1, c2, c3, c4, c5, c6, c7, scale, lastScale, least, lastLeast, x + 224, sides + 7, s7);
                x += IntegerPanels.Height * QuantizedRows.Size;
                sides += sideSize;
            }
        }

        s0.Store(sums);
        s1.Store(sums + 16);
        s2.Store(sums + 32);
        s3.Store(sums + 48);
        s4.Store(sums + 64);
        s5.Store(sums + 80);
        s6.Store(sums + 96);
        s7.Store(sums + 112);
    }

    /// <summary>The first four rows of a panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Four(byte* record, int records, int lane, sbyte* x, float* sides, nint sideSize, float* sums)
    {
        V s0 = V.Load(sums), s1 = V.Load(sums + 16), s2 = V.Load(sums + 32), s3 = V.Load(sums + 48);
        for (; records > 0; records--, record += T.Bytes)
        {
            V unit = T.Unit<V>(record, lane), minimum = T.HasMinimum ? T.MinimumUnit<V>(record, lane) : unit;
            byte* codes = record + (T.Bytes - Interleave.Codes) + (4 * lane);
            for (int g = 0; g < T.Inputs / QuantizedRows.Size; g++)
            {
                if (lane == 0)
                    IntegerDot<V, B, T>.Fetch(record, g);
                V scale = T.Scale(unit, record, g * TStep.Parts, lane), lastScale = TStep.Parts == 2 ? T.Scale(unit, record, (g * 2) + 1, lane) : scale;
                V least = T.HasMinimum ? T.Minimum(minimum, record, g * TStep.Parts, lane) : scale;
                V lastLeast = T.HasMinimum && TStep.Parts == 2 ? T.Minimum(minimum, record, (g * 2) + 1, lane) : scale;
                B c0 = T.Quad<B>(record, g, 0, lane), c1 = T.Quad<B>(record, g, 1, lane), c2 = T.Quad<B>(record, g, 2, lane), c3 = T.Quad<B>(record, g, 3, lane);
                B c4 = T.Quad<B>(record, g, 4, lane), c5 = T.Quad<B>(record, g, 5, lane), c6 = T.Quad<B>(record, g, 6, lane), c7 = T.Quad<B>(record, g, 7, lane);
                s0 = TStep.Add(codes, c0, c1, c2, c3, c4, c5, c6, c7, scale, lastScale, least, lastLeast, x, sides, s0);
                s1 = TStep.Add(codes, c0, c1, c2, c3, c4, c5, c6, c7, scale, lastScale, least, lastLeast, x + 32, sides + 1, s1);
                s2 = TStep.Add(codes, c0, c1, c2, c3, c4, c5, c6, c7, scale, lastScale, least, lastLeast, x + 64, sides + 2, s2);
                s3 = TStep.Add(codes, c0, c1, c2, c3, c4, c5, c6, c7, scale, lastScale, least, lastLeast, x + 96, sides + 3, s3);
                x += IntegerPanels.Height * QuantizedRows.Size;
                sides += sideSize;
            }
        }

        s0.Store(sums);
        s1.Store(sums + 16);
        s2.Store(sums + 32);
        s3.Store(sums + 48);
    }
}
