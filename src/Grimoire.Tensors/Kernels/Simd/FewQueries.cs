using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>
/// Attention of few query rows, as in decoding, over a long cache: memory is what limits it. All query heads that share a key head take part in one reading of
/// its keys and one of its values, and the keys are cut into stretches of fixed length, each with a softmax of its own; the stretches are merged in order
/// (Dao et al. 2023, "Flash-Decoding"). What comes out for a row depends neither on the rows beside it nor on who computes which stretch.
/// </summary>
internal static unsafe partial class FewQueries<V>
    where V : unmanaged, ILanes<V>
{
    /// <summary>Up to so many rows of a segment are few.</summary>
    public const int Rows = 8;

    /// <summary>Positions of a stretch.</summary>
    public const int Stretch = 512;

    /// <summary>Rows that are visited together; stretches begin at multiples of it, so that a position is always in the same lane.</summary>
    private const int Group = 16;

    /// <summary>Not a power of two, lest the scores of all queries crowd into the same sets of the cache.</summary>
    private const int ScoreStride = Stretch + 16;

    /// <summary>Bytes of a cache that is near anyway.</summary>
    private const int Near = 1 << 16;

    /// <summary>Rows of a cache that are asked for before they are needed.</summary>
    private const int Ahead = 16;

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

    /// <summary>The query heads of some key heads over one stretch.</summary>
    public static void Run(in AttentionPiece piece, int keyHead, int keyHeads, in AttentionOperands operands)
    {
        ref readonly AttentionTile rows = ref piece.Rows;
        AttentionShape shape = operands.Shape;
        int width = HeadRows<V>.Width(shape.Channels), queries = rows.Rows * shape.Share, all = keyHeads * queries;
        (int first, int end) = rows.Visible(operands.Spec);
        int stretch = ((first / Stretch) + piece.Stretch) * Stretch, start = Math.Max(stretch, first & -Group);
        int count = Math.Min(stretch + Stretch, end) - start;
        float* scores = Scratch.Own((all * (long)(ScoreStride + (2 * width) + 2)) + (Group * (width + shape.KeyStride)));
        float* q = scores + ((nint)all * ScoreStride), sums = q + ((nint)all * width);
        float* decoded = sums + ((nint)all * width), gathered = decoded + (Group * width);
        float* statistics = gathered + (Group * shape.KeyStride);
        Gather(rows, keyHead, keyHeads, operands, q, width);
        bool far = rows.CacheType.Bytes(shape.KeyStride) * rows.Cached > Near;
        var heads = new HeadSlice(keyHead, keyHeads, shape.Channels, width, queries, far ? (int)rows.CacheType.Bytes(shape.Channels) : 0);
        var keys = new StoredRows(rows, rows.CachedKeys, operands.K, shape.KeyStride, gathered);
        for (int j = 0; j < count; j += Group)
            keys.Visit(start + j, Math.Min(Group, count - j), new DotsVisitor(heads, q, scores + j, decoded));
        Softmax(rows, keyHeads, operands, scores, start, count, statistics);
        new Span<float>(sums, all * width).Clear();
        var values = new StoredRows(rows, rows.CachedValues, operands.V, shape.KeyStride, gathered);
        for (int j = 0; j < count; j += Group)
            values.Visit(start + j, Math.Min(Group, count - j), new MixVisitor(heads, scores + j, sums, decoded));
        Put(piece, keyHead, keyHeads, operands, sums, statistics, width);
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
            operands.Note(rows.Row + row, head, max, sum);
        }
    }

    /// <summary>The queries of each key head, row by row, scaled, as whole registers.</summary>
    private static void Gather(in AttentionTile rows, int keyHead, int keyHeads, in AttentionOperands operands, float* q, int width)
    {
        AttentionShape shape = operands.Shape;
        int channels = shape.Channels, together = width == channels ? shape.Share : 1;
        if (together == 1)
            new Span<float>(q, keyHeads * rows.Rows * shape.Share * width).Clear();
        for (int head = keyHead; head < keyHead + keyHeads; head++)
        {
            for (int row = 0; row < rows.Rows; row++)
            {
                float* from = operands.Q + ((rows.Row + row) * shape.Stride) + (head * shape.Share * (nint)channels);
                for (int i = 0; i < shape.Share; i += together, from += together * channels, q += together * width)
                    RowMath<V>.Scale(from, operands.Spec.Scale, q, together * channels);
            }
        }
    }

    /// <summary>Stores the results, or leaves them to be merged with other stretches'.</summary>
    private static void Put(in AttentionPiece piece, int keyHead, int keyHeads, in AttentionOperands operands, float* sums, float* statistics, int width)
    {
        AttentionShape shape = operands.Shape;
        ref readonly AttentionTile rows = ref piece.Rows;
        long all = (long)rows.Rows * shape.Heads;
        for (int group = keyHead; group < keyHead + keyHeads; group++)
        {
            for (int row = 0; row < rows.Rows; row++)
            {
                for (int head = group * shape.Share; head < (group + 1) * shape.Share; head++, sums += width, statistics += 2)
                {
                    if (piece.Stretches == 1)
                    {
                        float* y = operands.Y + ((rows.Row + row) * shape.Stride) + ((nint)head * shape.Channels);
                        RowMath<V>.Scale(sums, 1 / statistics[1], y, shape.Channels);
                        operands.Note(rows.Row + row, head, statistics[0], statistics[1]);
                        continue;
                    }

                    long slot = (piece.Stretch * all) + (row * shape.Heads) + head;
                    new Span<float>(sums, width).CopyTo(new Span<float>(piece.Partials + (slot * width), width));
                    float* place = piece.Partials + (piece.Stretches * all * width) + (2 * slot);
                    (place[0], place[1]) = (statistics[0], statistics[1]);
                }
            }
        }
    }

    /// <summary>The scores of each row, of which it sees a part.</summary>
    private static void Softmax(in AttentionTile rows, int keyHeads, in AttentionOperands operands, float* scores, int start, int count, float* statistics)
    {
        AttentionSpec spec = operands.Spec;
        for (int row = 0; row < keyHeads * rows.Rows; row++)
        {
            int position = rows.Position + (row % rows.Rows);
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

    /// <summary>Some key heads and, for each, its queries.</summary>
    private readonly struct HeadSlice(int first, int count, int channels, int width, int queries, int ahead)
    {
        public int First => first;

        public int Count => count;

        public int Channels => channels;

        /// <summary>Channels in whole registers.</summary>
        public int Width => width;

        /// <summary>Queries of a key head.</summary>
        public int Queries => queries;

        /// <summary>Bytes of each row to ask for some rows earlier; 0 where the cache is near.</summary>
        public int Ahead => ahead;

        /// <summary>Whether rows are read as they are stored: floats, or numbers that are decoded no more than once.</summary>
        public bool Stays<T>() => width == channels && (typeof(T) == typeof(Single32) || queries <= 2);
    }

    /// <summary>Inner products of all queries with some keys, up to three more than there are; those mean nothing.</summary>
    private readonly struct DotsVisitor(HeadSlice heads, float* q, float* scores, float* memory) : IRowVisitor
    {
        public void Visit<T>(byte* rows, nint step, int count)
            where T : struct, IElement
        {
            int queries = heads.Queries, width = heads.Width;
            float* query = q, to = scores;
            for (int head = 0; head < heads.Count; head++, query += queries * width, to += queries * ScoreStride)
            {
                nint from = (heads.First + head) * (nint)heads.Channels;
                if (heads.Stays<T>())
                {
                    KeyRows<T>.Dots(rows, step, from, count, query, queries, width, to, heads.Ahead);
                    continue;
                }

                KeyRows<T>.Decode(rows, step, from, count, heads.Channels, width, memory, heads.Ahead);
                KeyRows<Single32>.Dots((byte*)memory, width * sizeof(float), 0, count, query, queries, width, to, 0);
            }
        }
    }

    /// <summary>sums += Σ weight · value of some rows, for all queries.</summary>
    private readonly struct MixVisitor(HeadSlice heads, float* weights, float* sums, float* memory) : IRowVisitor
    {
        public void Visit<T>(byte* rows, nint step, int count)
            where T : struct, IElement
        {
            int queries = heads.Queries, width = heads.Width;
            float* weight = weights, sum = sums;
            for (int head = 0; head < heads.Count; head++, sum += queries * width, weight += queries * ScoreStride)
            {
                nint from = (heads.First + head) * (nint)heads.Channels;
                if (heads.Stays<T>())
                {
                    KeyRows<T>.Mix(rows, step, from, count, weight, queries, width, sum, heads.Ahead);
                    continue;
                }

                KeyRows<T>.Decode(rows, step, from, count, heads.Channels, width, memory, heads.Ahead);
                KeyRows<Single32>.Mix((byte*)memory, width * sizeof(float), 0, count, weight, queries, width, sum, 0);
            }
        }
    }
}
