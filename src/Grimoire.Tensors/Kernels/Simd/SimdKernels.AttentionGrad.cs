using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>
/// The gradient of attention: the exponentials of each tile are computed again from the stored logarithms of sums. A segment and
/// key head is one piece of work, so that every sum has one owner and one order.
/// </summary>
internal sealed unsafe partial class SimdKernels<V>
{
    public override void AttentionGrad(
        Tensor q, Tensor k, Tensor v, ReadOnlySpan<Segment> segments, AttentionSpec spec, Tensor y, Tensor logSumExp, Tensor dy, Tensor dq, Tensor dk, Tensor dv)
    {
        var shape = new AttentionShape(q, k);
        AttentionTile* whole = Tiles(segments, WholeSegment, out int count, out long pairs);
        var job = new AttentionGradJob(
            new(q, dq), new(k, dk), new(v, dv), new(Floats(y), Floats(dy)), Floats(logSumExp), whole, shape, spec);
        bool large = pairs * shape.Heads * shape.Channels > 1 << 14;
        ThreadTeam.Shared.Run(ref job, count * shape.KeyHeads, large ? threads : 1);
    }

    /// <summary>A tensor's numbers and their gradient.</summary>
    private readonly struct Pair(float* value, float* grad, bool onto = true)
    {
        public Pair(Tensor x, Tensor dx)
            : this(Floats(x), Gradient(dx, out bool onto), onto)
        {
        }

        public float* Value => value;

        public float* Grad => grad;

        /// <summary>Makes a gradient zero that is not in memory yet: some columns of some rows.</summary>
        public void Begin(nint start, nint stride, int rows, int columns)
        {
            for (int row = 0; !onto && row < rows; row++)
                new Span<float>(grad + start + (row * stride), columns).Clear();
        }
    }

    /// <summary>Memory of one piece of work.</summary>
    private readonly struct GradScratch
    {
        public readonly float* Scores, DScores, PanelsQ, PanelsDY, PanelsK, PanelsV, PackedQ, PackedDY, PackedK, Left, LogSums, Means;

        public GradScratch(int channels)
        {
            const int Size = AttentionTileSize;
            int scores = ScoreTile<V>.Size(Size, Size), queries = QueryPanels<V>.Size(Size, channels), keys = KeyPanels<V>.Size(Size, channels);
            int right = RightFactor<V>.Size(Size, channels), left = Tile<V>.MaxRows * Size, row = ScoreTile<V>.StrideOf(Size);
            Scores = Scratch.Own((2L * scores) + (2 * queries) + (2 * keys) + (3 * right) + left + (2 * row));
            DScores = Scores + scores;
            PanelsQ = DScores + scores;
            PanelsDY = PanelsQ + queries;
            PanelsK = PanelsDY + queries;
            PanelsV = PanelsK + keys;
            PackedQ = PanelsV + keys;
            PackedDY = PackedQ + right;
            PackedK = PackedDY + right;
            Left = PackedK + right;
            LogSums = Left + left;
            Means = LogSums + row;
        }
    }

    private readonly struct AttentionGradJob(
        Pair q, Pair k, Pair v, Pair y, float* logSumExp, AttentionTile* segments, AttentionShape shape, AttentionSpec spec) : IJob
    {
        public void Run(int index)
        {
            (int segment, int keyHead) = Math.DivRem(index, shape.KeyHeads);
            ref readonly AttentionTile whole = ref segments[segment];
            var memory = new GradScratch(shape.Channels);
            nint keyStart = (whole.SegmentStart * shape.KeyStride) + ((nint)keyHead * shape.Channels);
            k.Begin(keyStart, shape.KeyStride, whole.Rows, shape.Channels);
            v.Begin(keyStart, shape.KeyStride, whole.Rows, shape.Channels);
            q.Begin((whole.SegmentStart * shape.Stride) + ((nint)keyHead * shape.Share * shape.Channels), shape.Stride, whole.Rows, shape.Share * shape.Channels);
            for (int head = keyHead * shape.Share; head < (keyHead + 1) * shape.Share; head++)
            {
                for (int first = 0; first < whole.Rows; first += AttentionTileSize)
                    QueryRows(whole with { First = first, Rows = Math.Min(AttentionTileSize, whole.Rows - first) }, head, memory);
            }
        }

        /// <summary>One tile of query rows of one head, and all the keys it sees.</summary>
        private void QueryRows(in AttentionTile rows, int head, in GradScratch memory)
        {
            int channels = shape.Channels;
            nint start = (rows.Row * shape.Stride) + ((nint)head * channels);
            QueryPanels<V>.Pack(q.Value + start, shape.Stride, rows.Rows, channels, memory.PanelsQ, spec.Scale);
            QueryPanels<V>.Pack(y.Grad + start, shape.Stride, rows.Rows, channels, memory.PanelsDY);
            var queries = new RightFactor<V>(q.Value + start, shape.Stride, rows.Rows, channels, memory.PackedQ);
            var douts = new RightFactor<V>(y.Grad + start, shape.Stride, rows.Rows, channels, memory.PackedDY);
            Statistics(rows, head, start, memory);
            (int j, int end) = rows.Visible(spec);
            for (int keys; j < end; j += keys)
            {
                keys = rows.Contiguous(j, end, AttentionTileSize);
                var tile = new ScoreTile<V>(spec, rows.Rows, rows.Position, j, keys);
                nint keyStart = head / shape.Share * (nint)channels;
                float* keyRow = rows.RowOf(j, rows.PastKeys, k.Value, shape.KeyStride) + keyStart;
                Scores(tile, keyRow, rows.RowOf(j, rows.PastValues, v.Value, shape.KeyStride) + keyStart, memory);
                var keyRows = new RightFactor<V>(keyRow, shape.KeyStride, keys, channels, memory.PackedK);
                AddToQueries(tile, keyRows, q.Grad + start, memory.DScores);
                if (j < rows.Past)
                    continue;
                AddToKeys(tile, memory.Scores, douts, rows.RowOf(j, null, v.Grad, shape.KeyStride) + keyStart, memory.Left);
                AddToKeys(tile, memory.DScores, queries, rows.RowOf(j, null, k.Grad, shape.KeyStride) + keyStart, memory.Left);
            }
        }

        /// <summary>Logarithms of sums, and ⟨dy, y⟩, of each row.</summary>
        private void Statistics(in AttentionTile rows, int head, nint start, in GradScratch memory)
        {
            // Rows that only fill up a register: no exponential of theirs is above 0.
            new Span<float>(memory.LogSums, ScoreTile<V>.StrideOf(rows.Rows)).Fill(-ScoreTile<V>.Unseen);
            new Span<float>(memory.Means, ScoreTile<V>.StrideOf(rows.Rows)).Clear();
            for (int row = 0; row < rows.Rows; row++)
            {
                nint at = start + (row * shape.Stride);
                memory.LogSums[row] = logSumExp[((nint)(rows.Row + row) * shape.Heads) + head];
                memory.Means[row] = RowMath<V>.Dot(y.Grad + at, y.Value + at, shape.Channels);
            }
        }

        /// <summary>Probabilities p, and the gradient of products p (⟨dy, value⟩ − ⟨dy, y⟩) ∂score/∂product.</summary>
        private void Scores(in ScoreTile<V> tile, float* keyRow, float* valueRow, in GradScratch memory)
        {
            KeyPanels<V>.Pack(keyRow, shape.KeyStride, tile.Keys, shape.Channels, memory.PanelsK);
            KeyPanels<V>.Pack(valueRow, shape.KeyStride, tile.Keys, shape.Channels, memory.PanelsV);
            tile.Multiply(memory.PanelsK, memory.PanelsQ, shape.Channels, memory.Scores);
            tile.Multiply(memory.PanelsV, memory.PanelsDY, shape.Channels, memory.DScores);
            for (int row = 0; row < tile.Rows; row += V.Count)
                Probabilities(tile, row, memory.Scores + row, memory.DScores + row, memory);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Probabilities(in ScoreTile<V> scoreTile, int row, float* scores, float* dscores, in GradScratch memory)
        {
            ScoreTile<V> tile = scoreTile;
            V logSum = V.Load(memory.LogSums + row), mean = V.Load(memory.Means + row);
            int end = tile.KeysUpTo(row + V.Count - 1);
            nint stride = tile.Stride;
            tile.Scores(scores, row);
            for (int key = 0; key < end; key++, scores += stride, dscores += stride)
            {
                V score = V.Load(scores);
                V probability = VectorMath<V>.Exp(score - logSum);
                probability.Store(scores);
                (probability * (V.Load(dscores) - mean) * tile.Slope(score)).Store(dscores);
            }

            for (int key = end; key < tile.Keys; key++, scores += stride, dscores += stride)
            {
                V.Create(0).Store(scores);
                V.Create(0).Store(dscores);
            }
        }

        private void AddToQueries(in ScoreTile<V> tile, in RightFactor<V> keys, float* dq, float* dscores)
        {
            for (int row = 0; row < tile.Rows; row += Tile<V>.MaxRows)
            {
                int height = Math.Min(Tile<V>.MaxRows, tile.Rows - row), depth = tile.KeysUpTo(row + height - 1);
                if (depth > 0)
                    keys.Multiply(dscores + row, tile.Stride, 0, depth, dq + (row * shape.Stride), shape.Stride, height, shape.Channels, accumulate: true);
            }
        }

        /// <summary>dkeys[key] += Σ_row weights[key, row] · rows[row].</summary>
        private void AddToKeys(in ScoreTile<V> tile, float* weights, in RightFactor<V> rows, float* dkeys, float* left)
        {
            for (int key = 0; key < tile.Keys; key += Tile<V>.MaxRows)
            {
                int height = Math.Min(Tile<V>.MaxRows, tile.Keys - key), first = tile.RowsFrom(key), depth = tile.Rows - first, width = Tile<V>.RowsFor(height);
                if (depth == 0)
                    continue;
                Packing<V>.Panel(Operand.AlongDepth(weights + (key * tile.Stride) + first, tile.Stride), height, depth, left, width);
                rows.Multiply(left, width, first, depth, dkeys + (key * shape.KeyStride), shape.KeyStride, height, shape.Channels, accumulate: true);
            }
        }
    }
}
