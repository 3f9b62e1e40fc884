using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Grimoire.Tensors;

/// <content>The loops.</content>
internal static unsafe partial class FewQueries<V>
{
    /// <summary>The loops over one head of some neighbouring rows, <c>step</c> bytes apart, each beginning at number <c>from</c>.</summary>
    private static class KeyRows<T>
        where T : struct, IElement
    {
        /// <summary>As floats in whole registers, zero behind the last channel.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Decode(byte* rows, nint step, nint from, int count, int channels, int width, float* memory, int ahead)
        {
            for (int row = 0; row < count; row++, rows += step, memory += width)
            {
                Prefetch(rows, step, from, ahead);
                int i = 0;
                for (; i <= channels - V.Count; i += V.Count)
                    T.Load<V>(rows, from + i).Store(memory + i);
                for (; i < width; i++)
                    memory[i] = i < channels ? T.At(rows, from + i) : 0;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Dots(byte* rows, nint step, nint from, int count, float* queries, int queryCount, int width, float* scores, int ahead)
        {
            for (int row = 0; row < count; row += 4, rows += 4 * step, scores += 4)
            {
                // Behind the last row stands the last row again.
                int more = count - row - 1;
                byte* r1 = rows + (Math.Min(1, more) * step), r2 = rows + (Math.Min(2, more) * step), r3 = rows + (Math.Min(3, more) * step);
                if (ahead > 0)
                {
                    Prefetch(rows, step, from, ahead);
                    Prefetch(r1, step, from, ahead);
                    Prefetch(r2, step, from, ahead);
                    Prefetch(r3, step, from, ahead);
                }

                float* query = queries, to = scores;
                int left = queryCount;
                for (; left >= 2; left -= 2, query += 2 * width, to += 2 * ScoreStride)
                {
                    V a0 = V.Create(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
                    for (nint c = 0; c < width; c += V.Count)
                    {
                        V a = V.Load(query + c), b = V.Load(query + width + c), k = T.Load<V>(rows, from + c);
                        a0 = V.MultiplyAdd(a, k, a0);
                        b0 = V.MultiplyAdd(b, k, b0);
                        k = T.Load<V>(r1, from + c);
                        a1 = V.MultiplyAdd(a, k, a1);
                        b1 = V.MultiplyAdd(b, k, b1);
                        k = T.Load<V>(r2, from + c);
                        a2 = V.MultiplyAdd(a, k, a2);
                        b2 = V.MultiplyAdd(b, k, b2);
                        k = T.Load<V>(r3, from + c);
                        a3 = V.MultiplyAdd(a, k, a3);
                        b3 = V.MultiplyAdd(b, k, b3);
                    }

                    V.Sums(a0, a1, a2, a3).Store(to);
                    V.Sums(b0, b1, b2, b3).Store(to + ScoreStride);
                }

                if (left == 0)
                    continue;
                V s0 = V.Create(0), s1 = s0, s2 = s0, s3 = s0;
                for (nint c = 0; c < width; c += V.Count)
                {
                    V a = V.Load(query + c);
                    s0 = V.MultiplyAdd(a, T.Load<V>(rows, from + c), s0);
                    s1 = V.MultiplyAdd(a, T.Load<V>(r1, from + c), s1);
                    s2 = V.MultiplyAdd(a, T.Load<V>(r2, from + c), s2);
                    s3 = V.MultiplyAdd(a, T.Load<V>(r3, from + c), s3);
                }

                V.Sums(s0, s1, s2, s3).Store(to);
            }
        }

        public static void Mix(byte* rows, nint step, nint from, int count, float* weights, int queries, int width, float* sums, int ahead)
        {
            for (; queries > 0; queries -= 2, weights += 2 * ScoreStride, sums += 2 * width, ahead = 0)
            {
                float* second = queries > 1 ? weights + ScoreStride : weights, other = queries > 1 ? sums + width : sums;
                int c = 0;
                for (; c <= width - (4 * V.Count); c += 4 * V.Count)
                {
                    if (queries > 1)
                        MixFour(rows, step, from + c, count, weights, second, sums + c, other + c, ahead);
                    else
                        MixFour(rows, step, from + c, count, weights, sums + c, ahead);
                    ahead = 0;
                }

                for (; c < width; c += V.Count, ahead = 0)
                    MixOne(rows, step, from + c, count, weights, second, sums + c, other + c, ahead);
            }
        }

        /// <summary>Four registers of channels of two queries.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void MixFour(byte* rows, nint step, nint from, int count, float* weights0, float* weights1, float* y0, float* y1, int ahead)
        {
            int w = V.Count;
            V a0 = V.Load(y0), a1 = V.Load(y0 + w), a2 = V.Load(y0 + (2 * w)), a3 = V.Load(y0 + (3 * w));
            V b0 = V.Load(y1), b1 = V.Load(y1 + w), b2 = V.Load(y1 + (2 * w)), b3 = V.Load(y1 + (3 * w));
            for (int row = 0; row < count; row++, rows += step)
            {
                Prefetch(rows, step, from, ahead);
                V a = V.Create(weights0[row]), b = V.Create(weights1[row]), x = T.Load<V>(rows, from);
                a0 = V.MultiplyAdd(a, x, a0);
                b0 = V.MultiplyAdd(b, x, b0);
                x = T.Load<V>(rows, from + w);
                a1 = V.MultiplyAdd(a, x, a1);
                b1 = V.MultiplyAdd(b, x, b1);
                x = T.Load<V>(rows, from + (2 * w));
                a2 = V.MultiplyAdd(a, x, a2);
                b2 = V.MultiplyAdd(b, x, b2);
                x = T.Load<V>(rows, from + (3 * w));
                a3 = V.MultiplyAdd(a, x, a3);
                b3 = V.MultiplyAdd(b, x, b3);
            }

            a0.Store(y0);
            a1.Store(y0 + w);
            a2.Store(y0 + (2 * w));
            a3.Store(y0 + (3 * w));
            b0.Store(y1);
            b1.Store(y1 + w);
            b2.Store(y1 + (2 * w));
            b3.Store(y1 + (3 * w));
        }

        /// <summary>Four registers of channels of one query.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void MixFour(byte* rows, nint step, nint from, int count, float* weights, float* y, int ahead)
        {
            int w = V.Count;
            V a0 = V.Load(y), a1 = V.Load(y + w), a2 = V.Load(y + (2 * w)), a3 = V.Load(y + (3 * w));
            for (int row = 0; row < count; row++, rows += step)
            {
                Prefetch(rows, step, from, ahead);
                V a = V.Create(weights[row]);
                a0 = V.MultiplyAdd(a, T.Load<V>(rows, from), a0);
                a1 = V.MultiplyAdd(a, T.Load<V>(rows, from + w), a1);
                a2 = V.MultiplyAdd(a, T.Load<V>(rows, from + (2 * w)), a2);
                a3 = V.MultiplyAdd(a, T.Load<V>(rows, from + (3 * w)), a3);
            }

            a0.Store(y);
            a1.Store(y + w);
            a2.Store(y + (2 * w));
            a3.Store(y + (3 * w));
        }

        /// <summary>One register of channels of two queries, or of one twice.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void MixOne(byte* rows, nint step, nint from, int count, float* weights0, float* weights1, float* y0, float* y1, int ahead)
        {
            V a = V.Load(y0), b = V.Load(y1);
            for (int row = 0; row < count; row++, rows += step)
            {
                Prefetch(rows, step, from, ahead);
                V x = T.Load<V>(rows, from);
                a = V.MultiplyAdd(V.Create(weights0[row]), x, a);
                b = V.MultiplyAdd(V.Create(weights1[row]), x, b);
            }

            a.Store(y0);
            b.Store(y1);
        }

        /// <summary>Asks for a part of the row that comes some rows later, a little at a time: the machine guesses no such pattern.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Prefetch(byte* row, nint step, nint from, int bytes)
        {
            if (!Sse.IsSupported)
                return;
            row += (Ahead * step) + T.Bytes(from);
            for (int line = 0; line < bytes; line += 64)
                Sse.Prefetch0(row + line);
        }
    }
}
