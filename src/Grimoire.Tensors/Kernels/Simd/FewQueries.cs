using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>
/// Attention of few query rows, as in decoding, over a long cache: memory is what limits it. All query heads that share a key head take part in one reading of
/// its keys and one of its values, and the keys are cut into stretches of fixed length, each with a softmax of its own; the stretches are merged in order
/// (Dao et al. 2023, "Flash-Decoding"). What comes out for a row depends neither on the rows beside it nor on who computes which stretch.
/// </summary>
internal static unsafe class FewQueries<V>
    where V : unmanaged, ILanes<V>
{
    /// <summary>Up to so many rows of a segment are few.</summary>
    public const int Rows = 8;

    /// <summary>Positions of a stretch.</summary>
    public const int Stretch = 512;

    /// <summary>Positions that all queries take while they lie in the first cache; stretches begin at multiples of it.</summary>
    private const int TileKeys = 32;

    /// <summary>Not a power of two, lest the scores of all queries crowd into the same sets of the cache.</summary>
    private const int ScoreStride = Stretch + 16;

    /// <summary>Positions that are asked for before they are needed.</summary>
    private const int Ahead = 4 * TileKeys;

    private const float Log2E = 1.44269504f, Ln2 = 0.693147181f;

    /// <summary>Floats for the results of so many stretches of some rows.</summary>
    public static long PartialSize(int stretches, int rows, AttentionShape shape) =>
        (long)stretches * rows * shape.Heads * (HeadRows<V>.Width(shape.Channels) + 2);

    /// <summary>The first stretch that any of the rows sees, and one more than the last.</summary>
    public static (int First, int End) Stretches(in AttentionTile rows, AttentionSpec spec)
    {
        (int first, int end) = rows.Visible(spec);
        return (first / Stretch, ((end - 1) / Stretch) + 1);
    }

    /// <summary>The query heads of one key head over one stretch.</summary>
    public static void Run(in AttentionPiece piece, int keyHead, in AttentionOperands operands)
    {
        ref readonly AttentionTile rows = ref piece.Rows;
        int queries = rows.Rows * operands.Shape.Share, width = HeadRows<V>.Width(operands.Shape.Channels);
        (int first, int end) = rows.Visible(operands.Spec);
        int stretch = ((first / Stretch) + piece.Stretch) * Stretch, start = Math.Max(stretch, first & -TileKeys), count = Math.Min(stretch + Stretch, end) - start;
        float* scores = Scratch.Own((queries * (long)(ScoreStride + (2 * width) + 2)) + (TileKeys * width));
        float* q = scores + ((nint)queries * ScoreStride), sums = q + ((nint)queries * width), tile = sums + ((nint)queries * width);
        float* statistics = tile + (TileKeys * width);
        Gather(rows, keyHead, operands, q, width);
        var keys = new HeadRows<V>(rows, operands.Shape, keyHead, rows.CachedKeys, operands.K);
        var values = new HeadRows<V>(rows, operands.Shape, keyHead, rows.CachedValues, operands.V);
        keys.Prefetch(start, Math.Min(Ahead, count));
        for (int j = 0; j < count; j += TileKeys)
        {
            int some = Math.Min(TileKeys, count - j);
            keys.Prefetch(start + j + Ahead, Math.Min(TileKeys, count - j - Ahead));
            float* read = keys.Read(start + j, some, tile, out nint step), column = scores + j;
            for (int i = 0; i < queries; i += 2)
            {
                int next = Math.Min(i + 1, queries - 1);
                Dots(q + (i * (nint)width), q + (next * (nint)width), read, step, width, some, column + (i * (nint)ScoreStride), column + (next * (nint)ScoreStride));
            }
        }

        values.Prefetch(start, Math.Min(Ahead, count));
        Softmax(rows, operands, scores, start, count, statistics);
        new Span<float>(sums, queries * width).Clear();
        for (int j = 0; j < count; j += TileKeys)
        {
            int some = Math.Min(TileKeys, count - j);
            values.Prefetch(start + j + Ahead, Math.Min(TileKeys, count - j - Ahead));
            float* read = values.Read(start + j, some, tile, out nint step), column = scores + j;
            for (int i = 0; i < queries; i += 2)
            {
                int next = Math.Min(i + 1, queries - 1);
                Mix(column + (i * (nint)ScoreStride), column + (next * (nint)ScoreStride), read, step, width, some, sums + (i * (nint)width), sums + (next * (nint)width));
            }
        }

        Put(piece, keyHead, operands, sums, statistics, width);
    }

    /// <summary>Merges the stretches of a segment for the query heads of one key head.</summary>
    public static void Merge(in AttentionPiece piece, int keyHead, in AttentionOperands operands)
    {
        AttentionShape shape = operands.Shape;
        AttentionTile rows = piece.Rows;
        int width = HeadRows<V>.Width(shape.Channels), all = rows.Rows * shape.Heads;
        float* statistics = piece.Partials + ((long)piece.Stretches * all * width);
        for (int i = 0; i < rows.Rows * shape.Share; i++)
        {
            int row = i / shape.Share, head = (keyHead * shape.Share) + (i % shape.Share), at = (row * shape.Heads) + head;
            float max = ScoreTile<V>.Unseen, sum = 0;
            for (int stretch = 0; stretch < piece.Stretches; stretch++)
                max = Math.Max(max, statistics[2 * ((stretch * all) + at)]);
            float* y = operands.Y + ((rows.Row + row) * shape.Stride) + ((nint)head * shape.Channels);
            new Span<float>(y, shape.Channels).Clear();
            for (int stretch = 0; stretch < piece.Stretches; stretch++)
            {
                nint slot = ((nint)stretch * all) + at;
                float factor = MathF.Exp((statistics[2 * slot] - max) * Ln2);
                sum += factor * statistics[(2 * slot) + 1];
                RowMath<V>.Accumulate(piece.Partials + (slot * width), factor, y, shape.Channels);
            }

            RowMath<V>.Scale(y, 1 / sum, shape.Channels);
            operands.LogSumExp(rows.Row + row, head) = (max * Ln2) + MathF.Log(sum);
        }
    }

    /// <summary>The queries of a key head, row by row, scaled, as whole registers.</summary>
    private static void Gather(in AttentionTile rows, int keyHead, in AttentionOperands operands, float* q, int width)
    {
        AttentionShape shape = operands.Shape;
        if (width != shape.Channels)
            new Span<float>(q, rows.Rows * shape.Share * width).Clear();
        for (int row = 0; row < rows.Rows; row++)
        {
            float* from = operands.Q + ((rows.Row + row) * shape.Stride) + (keyHead * shape.Share * (nint)shape.Channels);
            for (int i = 0; i < shape.Share; i++, from += shape.Channels, q += width)
                RowMath<V>.Scale(from, operands.Spec.Scale, q, shape.Channels);
        }
    }

    /// <summary>Stores the results, or leaves them to be merged with other stretches'.</summary>
    private static void Put(in AttentionPiece piece, int keyHead, in AttentionOperands operands, float* sums, float* statistics, int width)
    {
        AttentionShape shape = operands.Shape;
        AttentionTile rows = piece.Rows;
        for (int i = 0; i < rows.Rows * shape.Share; i++, sums += width, statistics += 2)
        {
            int row = i / shape.Share, head = (keyHead * shape.Share) + (i % shape.Share);
            if (piece.Stretches == 1)
            {
                float* y = operands.Y + ((rows.Row + row) * shape.Stride) + ((nint)head * shape.Channels);
                RowMath<V>.Scale(sums, 1 / statistics[1], y, shape.Channels);
                operands.LogSumExp(rows.Row + row, head) = (statistics[0] * Ln2) + MathF.Log(statistics[1]);
                continue;
            }

            long all = (long)rows.Rows * shape.Heads, slot = (piece.Stretch * all) + (row * shape.Heads) + head;
            new Span<float>(sums, width).CopyTo(new Span<float>(piece.Partials + (slot * width), width));
            float* place = piece.Partials + (piece.Stretches * all * width) + (2 * slot);
            (place[0], place[1]) = (statistics[0], statistics[1]);
        }
    }

    /// <summary>Inner products of two queries with some keys, four at a time; up to three more than asked for are written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Dots(float* q0, float* q1, float* keys, nint stride, int width, int count, float* scores0, float* scores1)
    {
        for (int key = 0; key < count; key += 4, keys += 4 * stride)
        {
            // Behind the last key stands the last key again.
            int more = count - key - 1;
            float* k1 = keys + (Math.Min(1, more) * stride), k2 = keys + (Math.Min(2, more) * stride), k3 = keys + (Math.Min(3, more) * stride);
            V a0 = V.Create(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
            for (int i = 0; i < width; i += V.Count)
            {
                V a = V.Load(q0 + i), b = V.Load(q1 + i), k = V.Load(keys + i);
                a0 = V.MultiplyAdd(a, k, a0);
                b0 = V.MultiplyAdd(b, k, b0);
                k = V.Load(k1 + i);
                a1 = V.MultiplyAdd(a, k, a1);
                b1 = V.MultiplyAdd(b, k, b1);
                k = V.Load(k2 + i);
                a2 = V.MultiplyAdd(a, k, a2);
                b2 = V.MultiplyAdd(b, k, b2);
                k = V.Load(k3 + i);
                a3 = V.MultiplyAdd(a, k, a3);
                b3 = V.MultiplyAdd(b, k, b3);
            }

            V.Sums(a0, a1, a2, a3).Store(scores0 + key);
            V.Sums(b0, b1, b2, b3).Store(scores1 + key);
        }
    }

    /// <summary>The scores of each row, of which it sees a part.</summary>
    private static void Softmax(in AttentionTile rows, in AttentionOperands operands, float* scores, int start, int count, float* statistics)
    {
        AttentionSpec spec = operands.Spec;
        for (int row = 0; row < rows.Rows; row++)
        {
            int position = rows.Position + row;
            int from = spec.Window > 0 ? position - spec.Window + 1 - start : 0, to = spec.Causal ? position + 1 - start : count;
            for (int i = 0; i < operands.Shape.Share; i++, scores += ScoreStride, statistics += 2)
                Softmax(scores, from, to, count, spec.SoftCap, statistics);
        }
    }

    /// <summary>
    /// Turns the scores of positions <paramref name="from"/> … <paramref name="to"/> − 1 of <paramref name="count"/> into powers relative to the largest, the
    /// others into 0, and notes the largest, in powers of two, and the sum.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Softmax(float* scores, int from, int to, int count, float cap, float* statistics)
    {
        int whole = (count + V.Count - 1) / V.Count * V.Count;
        (from, to) = (Math.Max(from, 0), Math.Min(to, count));
        if (from >= to)
        {
            new Span<float>(scores, whole).Clear();
            (statistics[0], statistics[1]) = (ScoreTile<V>.Unseen, 0);
            return;
        }

        if (cap > 0)
            RowMath<V>.SoftCap(scores, cap, whole);
        new Span<float>(scores, from).Fill(ScoreTile<V>.Unseen);
        new Span<float>(scores + to, whole - to).Fill(ScoreTile<V>.Unseen);
        V largest = V.Load(scores);
        for (int i = V.Count; i < whole; i += V.Count)
            largest = V.Max(largest, V.Load(scores + i));
        float max = V.MaxOf(largest) * Log2E;
        V sum = V.Create(0), shift = V.Create(-max), unit = V.Create(Log2E);
        for (int i = 0; i < whole; i += V.Count)
        {
            V power = VectorMath<V>.PowerOfTwo(V.MultiplyAdd(V.Load(scores + i), unit, shift));
            power.Store(scores + i);
            sum += power;
        }

        (statistics[0], statistics[1]) = (max, V.Sum(sum));
    }

    /// <summary>sums += Σ weight · value for two queries, four registers of channels at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Mix(float* weights0, float* weights1, float* values, nint stride, int width, int count, float* sums0, float* sums1)
    {
        int w = V.Count, channel = 0;
        for (; channel <= width - (4 * w); channel += 4 * w)
        {
            float* value = values + channel, y0 = sums0 + channel, y1 = sums1 + channel;
            V a0 = V.Load(y0), a1 = V.Load(y0 + w), a2 = V.Load(y0 + (2 * w)), a3 = V.Load(y0 + (3 * w));
            V b0 = V.Load(y1), b1 = V.Load(y1 + w), b2 = V.Load(y1 + (2 * w)), b3 = V.Load(y1 + (3 * w));
            for (int key = 0; key < count; key++, value += stride)
            {
                V a = V.Create(weights0[key]), b = V.Create(weights1[key]), x = V.Load(value);
                a0 = V.MultiplyAdd(a, x, a0);
                b0 = V.MultiplyAdd(b, x, b0);
                x = V.Load(value + w);
                a1 = V.MultiplyAdd(a, x, a1);
                b1 = V.MultiplyAdd(b, x, b1);
                x = V.Load(value + (2 * w));
                a2 = V.MultiplyAdd(a, x, a2);
                b2 = V.MultiplyAdd(b, x, b2);
                x = V.Load(value + (3 * w));
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

        for (; channel < width; channel += w)
            MixRegister(weights0, weights1, values + channel, stride, count, sums0 + channel, sums1 + channel);
    }

    /// <summary>The same for one register of channels: four chains, so that none waits for itself.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MixRegister(float* weights0, float* weights1, float* value, nint stride, int count, float* y0, float* y1)
    {
        V a0 = V.Load(y0), a1 = V.Create(0), a2 = a1, a3 = a1, b0 = V.Load(y1), b1 = a1, b2 = a1, b3 = a1;
        int key = 0;
        for (; key <= count - 4; key += 4, value += 4 * stride)
        {
            V x = V.Load(value);
            a0 = V.MultiplyAdd(V.Create(weights0[key]), x, a0);
            b0 = V.MultiplyAdd(V.Create(weights1[key]), x, b0);
            x = V.Load(value + stride);
            a1 = V.MultiplyAdd(V.Create(weights0[key + 1]), x, a1);
            b1 = V.MultiplyAdd(V.Create(weights1[key + 1]), x, b1);
            x = V.Load(value + (2 * stride));
            a2 = V.MultiplyAdd(V.Create(weights0[key + 2]), x, a2);
            b2 = V.MultiplyAdd(V.Create(weights1[key + 2]), x, b2);
            x = V.Load(value + (3 * stride));
            a3 = V.MultiplyAdd(V.Create(weights0[key + 3]), x, a3);
            b3 = V.MultiplyAdd(V.Create(weights1[key + 3]), x, b3);
        }

        // The chains of what is left are those of four: a key's chain is its position modulo 4, whatever follows it.
        if (key < count)
        {
            a0 = V.MultiplyAdd(V.Create(weights0[key]), V.Load(value), a0);
            b0 = V.MultiplyAdd(V.Create(weights1[key]), V.Load(value), b0);
        }

        if (key + 1 < count)
        {
            a1 = V.MultiplyAdd(V.Create(weights0[key + 1]), V.Load(value + stride), a1);
            b1 = V.MultiplyAdd(V.Create(weights1[key + 1]), V.Load(value + stride), b1);
        }

        if (key + 2 < count)
        {
            a2 = V.MultiplyAdd(V.Create(weights0[key + 2]), V.Load(value + (2 * stride)), a2);
            b2 = V.MultiplyAdd(V.Create(weights1[key + 2]), V.Load(value + (2 * stride)), b2);
        }

        ((a0 + a1) + (a2 + a3)).Store(y0);
        ((b0 + b1) + (b2 + b3)).Store(y1);
    }
}
