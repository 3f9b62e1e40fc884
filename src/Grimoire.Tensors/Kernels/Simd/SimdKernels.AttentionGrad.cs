namespace Grimoire.Tensors;

/// <summary>
/// The gradient of attention: the probabilities of each tile are computed again from the stored logarithms of sums (Dao 2023, arXiv:2307.08691). A segment and
/// key head is one piece of work, so that every sum has one owner and one order.
/// </summary>
internal sealed unsafe partial class SimdKernels<V>
{
    /// <summary>The most keys of a tile, whose gradients stay in the second-level cache while the query rows pass by.</summary>
    private const int GradKeys = 256;

    /// <summary>The most query rows of a tile: whole strips.</summary>
    private static int GradRows => 56 / Tile<V>.MaxRows * Tile<V>.MaxRows;

    public override void AttentionGrad(
        Tensor q, Tensor k, Tensor v, ReadOnlySpan<Segment> segments, AttentionSpec spec, Tensor y, Tensor logSumExp, Tensor dy, Tensor dq, Tensor dk,
        Tensor dv)
    {
        var shape = new AttentionShape(q, k);
        AttentionTile* whole = Tiles(segments, WholeSegment, out int count, out long pairs);
        var job = new AttentionGradJob(new(q, dq), new(k, dk), new(v, dv), Floats(y), Floats(dy), Floats(logSumExp), whole, shape, spec);
        bool large = pairs * shape.Heads * shape.Channels > 1 << 14;
        ThreadTeam.Shared.Run(ref job, count * shape.KeyHeads, large ? threads : 1);
    }

    /// <summary>A tensor's numbers and their gradient, which is added to or, while it is not in memory yet, written.</summary>
    private readonly struct Pair(float* value, float* grad, bool onto = true)
    {
        public Pair(Tensor x, Tensor dx)
            : this(Floats(x), Gradient(dx, out bool onto), onto)
        {
        }

        public float* Value => value;

        public float* Grad => grad;

        public bool Onto => onto;
    }

    /// <summary>
    /// Memory of one piece of work: pattern and its gradient, rows of queries, a strip of their gradients, rows and panels of keys and their gradients.
    /// </summary>
    private readonly struct GradScratch
    {
        public readonly float* Pattern, Slopes, Q, DY, DQ, K, PanelsK, PanelsV, DK, DV, Means, LogSums;

        public GradScratch(int width, int keys)
        {
            int pattern = PatternTile<V>.Size(GradRows, keys), rows = (GradRows + Tile<V>.MaxRows) * width, strip = Tile<V>.MaxRows * width;
            int panels = keys * width, sums = (keys + Tile<V>.MaxRows) * width;
            Pattern = Scratch.Own((2L * pattern) + (2 * rows) + strip + (3 * panels) + (2 * sums) + (2 * GradRows));
            Slopes = Pattern + pattern;
            Q = Slopes + pattern;
            DY = Q + rows;
            DQ = DY + rows;
            K = DQ + strip;
            PanelsK = K + panels;
            PanelsV = PanelsK + panels;
            DK = PanelsV + panels;
            DV = DK + sums;
            Means = DV + sums;
            LogSums = Means + GradRows;
        }
    }

    private readonly struct AttentionGradJob(
        Pair q, Pair k, Pair v, float* y, float* dy, float* logSumExp, AttentionTile* segments, AttentionShape shape, AttentionSpec spec) : IJob
    {
        private readonly HeadBlock<V> block = new(shape.Channels);

        public void Run(int index)
        {
            (int segment, int keyHead) = Math.DivRem(index, shape.KeyHeads);
            ref readonly AttentionTile whole = ref segments[segment];
            (int j, int end) = whole.Visible(spec);
            int size = Even(Math.Max(whole.SegmentLength, Math.Min(whole.Past, end - j)), GradKeys, Tile<V>.Columns);
            var memory = new GradScratch(block.Width, size);
            for (int keys; j < end; j += keys)
            {
                keys = whole.Contiguous(j, end, size);
                Keys(whole, keyHead, j, keys, memory);
            }
        }

        /// <summary>The size of equal tiles no larger than the limit, which is a multiple too.</summary>
        private static int Even(int count, int limit, int multiple)
        {
            int tiles = (count + limit - 1) / limit;
            return Packing<V>.RoundUp((count + tiles - 1) / tiles, multiple);
        }

        /// <summary>One tile of keys, and the rows of all heads that see any of them.</summary>
        private void Keys(in AttentionTile whole, int keyHead, int first, int keys, in GradScratch memory)
        {
            int start = spec.Causal ? Math.Max(0, first - whole.Past) : 0;
            int end = spec.Window > 0 ? Math.Min(whole.Rows, first + keys + spec.Window - 1 - whole.Past) : whole.Rows;
            int step = Even(end - start, GradRows, Tile<V>.MaxRows);
            AskRows(whole.SegmentStart + start, keyHead * shape.Share, Math.Min(step, end - start));
            Pack(whole, keyHead, first, keys, memory);
            for (int i = 0; i < shape.Share; i++)
            {
                for (int row = start; row < end; row += step)
                {
                    AttentionTile rows = whole with { First = row, Rows = Math.Min(step, end - row) };
                    Rows(rows, (keyHead * shape.Share) + i, Math.Min(step, end - row - step), first, keys, memory);
                }
            }

            if (first < whole.Past)
                return;
            nint at = KeyRow(whole, keyHead, first);
            block.Put(memory.DK, k.Grad + at, shape.KeyStride, keys, k.Onto);
            block.Put(memory.DV, v.Grad + at, shape.KeyStride, keys, v.Onto);
        }

        /// <summary>Reads keys and values, and begins their gradients.</summary>
        private void Pack(in AttentionTile whole, int keyHead, int first, int keys, in GradScratch memory)
        {
            nint head = (nint)keyHead * shape.Channels, stride = shape.KeyStride;
            block.Gather(whole.RowOf(first, whole.PastValues, v.Value, stride) + head, stride, keys, memory.K);
            block.Turn(memory.K, keys, memory.PanelsV);
            block.Gather(whole.RowOf(first, whole.PastKeys, k.Value, stride) + head, stride, keys, memory.K);
            block.Turn(memory.K, keys, memory.PanelsK);
            new Span<float>(memory.DK, keys * block.Width).Clear();
            new Span<float>(memory.DV, keys * block.Width).Clear();
            if (first < whole.Past)
                return;
            block.Ask(k.Grad + KeyRow(whole, keyHead, first), stride, keys);
            block.Ask(v.Grad + KeyRow(whole, keyHead, first), stride, keys);
        }

        /// <summary>Where the pass has the key of a position.</summary>
        private nint KeyRow(in AttentionTile whole, int keyHead, int position) =>
            ((whole.SegmentStart + position - whole.Past) * shape.KeyStride) + ((nint)keyHead * shape.Channels);

        private nint QueryRow(int row, int head) => (row * shape.Stride) + ((nint)head * shape.Channels);

        private void AskRows(int row, int head, int count)
        {
            nint at = QueryRow(row, head), stride = shape.Stride;
            block.Ask(q.Value + at, stride, count);
            block.Ask(dy + at, stride, count);
            block.Ask(y + at, stride, count);
        }

        /// <summary>A tile of rows of one head with a tile of keys: the pattern, a strip of rows at a time, then sums over the rows.</summary>
        private void Rows(in AttentionTile rows, int head, int next, int first, int keys, in GradScratch memory)
        {
            nint at = QueryRow(rows.Row, head), stride = shape.Stride;
            block.Gather(q.Value + at, stride, rows.Rows, memory.Q);
            block.Gather(dy + at, stride, rows.Rows, memory.DY);
            Statistics(rows, head, memory);
            block.Ask(q.Grad + at, stride, rows.Rows);
            AskRows(rows.Row + rows.Rows, head, next);
            var tile = new PatternTile<V>(spec, rows.Rows, rows.Position, first, keys);
            int height = Tile<V>.HeightFor(rows.Rows);
            for (int row = 0; row < rows.Rows; row += height)
                Strip(tile, row, Math.Min(height, rows.Rows - row), QueryRow(rows.Row + row, head), memory);
            if (first < rows.Past)
                return;
            AddToKeys(tile, memory.Pattern, memory.DY, memory.DV);
            AddToKeys(tile, memory.Slopes, memory.Q, memory.DK);
        }

        /// <summary>The logarithm of the sum, and ⟨dy, y⟩, of each row.</summary>
        private void Statistics(in AttentionTile rows, int head, in GradScratch memory)
        {
            for (int row = 0; row < rows.Rows; row++)
            {
                memory.LogSums[row] = logSumExp[((nint)(rows.Row + row) * shape.Heads) + head];
                memory.Means[row] = RowMath<V>.Dot(memory.DY + ((nint)row * block.Width), y + QueryRow(rows.Row + row, head), shape.Channels);
            }
        }

        /// <summary>The pattern of a strip of rows and its gradient, and what follows for the queries, whose gradients lie at <paramref name="at"/>.</summary>
        private void Strip(in PatternTile<V> tile, int row, int count, nint at, in GradScratch memory)
        {
            int from = tile.KeysFrom(row), end = tile.KeysUpTo(row + count - 1), height = Tile<V>.RowsFor(count), width = block.Width,
                columns = Tile<V>.Columns;
            nint stride = tile.Stride, first = (nint)row * width;
            float* pattern = memory.Pattern + (row * stride), slopes = memory.Slopes + (row * stride);
            for (int key = from / columns * columns; key < end; key += columns)
            {
                RowTile<V>.Multiply(height, memory.Q + first, width, memory.PanelsK + ((nint)key * width), columns, width, pattern + key, stride);
                RowTile<V>.Multiply(height, memory.DY + first, width, memory.PanelsV + ((nint)key * width), columns, width, slopes + key, stride);
            }

            tile.Differentiate(row, count, pattern, slopes, memory.LogSums, memory.Means);
            for (int j = 0; j < width; j += columns)
                RowTile<V>.Multiply(height, slopes + from, stride, memory.K + ((nint)from * width) + j, width, end - from, memory.DQ + j, width);

            // A row's gradient begins with the first of the keys that it sees.
            int begun = q.Onto ? count : Math.Clamp(tile.RowsBegun - row, 0, count);
            block.Put(memory.DQ, q.Grad + at, shape.Stride, begun, onto: true);
            block.Put(memory.DQ + ((nint)begun * width), q.Grad + at + (begun * shape.Stride), shape.Stride, count - begun, onto: false);
        }

        /// <summary>sums[key] += Σ_row weights[row, key] · values[row].</summary>
        private void AddToKeys(in PatternTile<V> tile, float* weights, float* values, float* sums)
        {
            int height = Tile<V>.HeightFor(tile.Keys), width = block.Width;
            for (int key = 0; key < tile.Keys; key += height)
            {
                int count = Math.Min(height, tile.Keys - key), from = tile.RowsFrom(key), depth = tile.RowsUpTo(key + count - 1) - from;
                for (int j = 0; depth > 0 && j < width; j += Tile<V>.Columns)
                {
                    float* to = sums + ((nint)key * width) + j;
                    Tile<V>.Whole(
                        Tile<V>.RowsFor(count), weights + (from * tile.Stride) + key, tile.Stride, values + ((nint)from * width) + j, width, depth, to, width,
                        to, width);
                }
            }
        }
    }
}
