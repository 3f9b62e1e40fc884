using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>
/// <see cref="IntegerTile{V, B, TStep}"/> straight from records: codes are decoded into registers, for so few rows that storing them would cost more.
/// </summary>
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
                B c0 = T.Quad<B>(record, g, 0, lane), c1 = T.Quad<B>(record, g, 1, lane), c2 = T.Quad<B>(record, g, 2, lane);
                B c3 = T.Quad<B>(record, g, 3, lane), c4 = T.Quad<B>(record, g, 4, lane), c5 = T.Quad<B>(record, g, 5, lane);
                B c6 = T.Quad<B>(record, g, 6, lane), c7 = T.Quad<B>(record, g, 7, lane);
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

    /// <summary>Two panels, which share what is decoded.</summary>
    /// <param name="record">Where to begin.</param>
    /// <param name="records">How many.</param>
    /// <param name="lane">The first of the outputs.</param>
    /// <param name="x">The first panel.</param>
    /// <param name="sides">Its sides.</param>
    /// <param name="blocks">Blocks from a panel to the next.</param>
    /// <param name="sideSize">Floats of the sides of a block.</param>
    /// <param name="sums">What is added to, sixteen floats a row.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sixteen(byte* record, int records, int lane, sbyte* x, float* sides, nint blocks, nint sideSize, float* sums)
    {
        sbyte* y = x + (blocks * IntegerPanels.Height * QuantizedRows.Size);
        float* others = sides + (blocks * sideSize);
        V s0 = V.Load(sums), s1 = V.Load(sums + 16), s2 = V.Load(sums + 32), s3 = V.Load(sums + 48);
        V s4 = V.Load(sums + 64), s5 = V.Load(sums + 80), s6 = V.Load(sums + 96), s7 = V.Load(sums + 112);
        V s8 = V.Load(sums + 128), s9 = V.Load(sums + 144), s10 = V.Load(sums + 160), s11 = V.Load(sums + 176);
        V s12 = V.Load(sums + 192), s13 = V.Load(sums + 208), s14 = V.Load(sums + 224), s15 = V.Load(sums + 240);
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
                B c0 = T.Quad<B>(record, g, 0, lane), c1 = T.Quad<B>(record, g, 1, lane), c2 = T.Quad<B>(record, g, 2, lane);
                B c3 = T.Quad<B>(record, g, 3, lane), c4 = T.Quad<B>(record, g, 4, lane), c5 = T.Quad<B>(record, g, 5, lane);
                B c6 = T.Quad<B>(record, g, 6, lane), c7 = T.Quad<B>(record, g, 7, lane);
                s0 = TStep.Add(codes, c0, c1, c2, c3, c4, c5, c6, c7, scale, lastScale, least, lastLeast, x, sides, s0);
                s1 = TStep.Add(codes, c0, c1, c2, c3, c4, c5, c6, c7, scale, lastScale, least, lastLeast, x + 32, sides + 1, s1);
                s2 = TStep.Add(codes, c0, c1, c2, c3, c4, c5, c6, c7, scale, lastScale, least, lastLeast, x + 64, sides + 2, s2);
                s3 = TStep.Add(codes, c0, c1, c2, c3, c4, c5, c6, c7, scale, lastScale, least, lastLeast, x + 96, sides + 3, s3);
                s4 = TStep.Add(codes, c0, c1, c2, c3, c4, c5, c6, c7, scale, lastScale, least, lastLeast, x + 128, sides + 4, s4);
                s5 = TStep.Add(codes, c0, c1, c2, c3, c4, c5, c6, c7, scale, lastScale, least, lastLeast, x + 160, sides + 5, s5);
                s6 = TStep.Add(codes, c0, c1, c2, c3, c4, c5, c6, c7, scale, lastScale, least, lastLeast, x + 192, sides + 6, s6);
                s7 = TStep.Add(codes, c0, c1, c2, c3, c4, c5, c6, c7, scale, lastScale, least, lastLeast, x + 224, sides + 7, s7);
                s8 = TStep.Add(codes, c0, c1, c2, c3, c4, c5, c6, c7, scale, lastScale, least, lastLeast, y, others, s8);
                s9 = TStep.Add(codes, c0, c1, c2, c3, c4, c5, c6, c7, scale, lastScale, least, lastLeast, y + 32, others + 1, s9);
                s10 = TStep.Add(codes, c0, c1, c2, c3, c4, c5, c6, c7, scale, lastScale, least, lastLeast, y + 64, others + 2, s10);
                s11 = TStep.Add(codes, c0, c1, c2, c3, c4, c5, c6, c7, scale, lastScale, least, lastLeast, y + 96, others + 3, s11);
                s12 = TStep.Add(codes, c0, c1, c2, c3, c4, c5, c6, c7, scale, lastScale, least, lastLeast, y + 128, others + 4, s12);
                s13 = TStep.Add(codes, c0, c1, c2, c3, c4, c5, c6, c7, scale, lastScale, least, lastLeast, y + 160, others + 5, s13);
                s14 = TStep.Add(codes, c0, c1, c2, c3, c4, c5, c6, c7, scale, lastScale, least, lastLeast, y + 192, others + 6, s14);
                s15 = TStep.Add(codes, c0, c1, c2, c3, c4, c5, c6, c7, scale, lastScale, least, lastLeast, y + 224, others + 7, s15);
                x += IntegerPanels.Height * QuantizedRows.Size;
                y += IntegerPanels.Height * QuantizedRows.Size;
                sides += sideSize;
                others += sideSize;
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
        s8.Store(sums + 128);
        s9.Store(sums + 144);
        s10.Store(sums + 160);
        s11.Store(sums + 176);
        s12.Store(sums + 192);
        s13.Store(sums + 208);
        s14.Store(sums + 224);
        s15.Store(sums + 240);
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
                B c0 = T.Quad<B>(record, g, 0, lane), c1 = T.Quad<B>(record, g, 1, lane), c2 = T.Quad<B>(record, g, 2, lane);
                B c3 = T.Quad<B>(record, g, 3, lane), c4 = T.Quad<B>(record, g, 4, lane), c5 = T.Quad<B>(record, g, 5, lane);
                B c6 = T.Quad<B>(record, g, 6, lane), c7 = T.Quad<B>(record, g, 7, lane);
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
