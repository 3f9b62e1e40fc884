using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>
/// Attention that never forms its pattern: keys pass by in tiles while each row keeps its largest score so far, the sum of
/// exponentials and the weighted sum of values (Milakov and Gimelshein 2018, arXiv:1805.02867; Dao et al. 2022, arXiv:2205.14135).
/// </summary>
internal sealed unsafe partial class SimdKernels<V>
{
    /// <summary>Query rows, and keys, of a tile.</summary>
    private const int AttentionTileSize = 96;

    /// <summary>More rows than a segment has.</summary>
    private const int WholeSegment = 1 << 30;

    /// <summary>Up to so many rows are computed one by one: decoding.</summary>
    private const int FewQueries = 3;

    public override void Attention(Tensor q, Tensor k, Tensor v, ReadOnlySpan<Segment> segments, AttentionSpec spec, Tensor y, Tensor logSumExp)
    {
        var shape = new AttentionShape(q, k);
        AttentionTile* tiles = Tiles(segments, AttentionTileSize, out int count, out long pairs);
        var job = new AttentionJob(Floats(q), Floats(k), Floats(v), tiles, count, shape, spec, Floats(y), Floats(logSumExp));
        bool large = pairs * shape.Heads * shape.Channels > 1 << 15;
        ThreadTeam.Shared.Run(ref job, count * shape.Heads, large ? threads : 1);
    }

    /// <summary>Cuts the segments into tiles of at most so many rows, and counts pairs of a row and a key.</summary>
    private static AttentionTile* Tiles(ReadOnlySpan<Segment> segments, int rows, out int count, out long pairs)
    {
        (count, pairs) = (0, 0);
        foreach (ref readonly Segment segment in segments)
            count += (segment.Length + rows - 1) / rows;
        var tiles = (AttentionTile*)Scratch.Plan((long)count * sizeof(AttentionTile) / sizeof(float));
        int next = 0;
        foreach (ref readonly Segment segment in segments)
        {
            pairs += segment.Length * ((long)segment.Past + segment.Length);
            for (int first = 0; first < segment.Length; first += rows)
            {
                tiles[next++] = new(
                    segment.Start, segment.Length, segment.Past, first, Math.Min(rows, segment.Length - first),
                    FloatsOrNull(segment.PastKeys), FloatsOrNull(segment.PastValues));
            }
        }

        return tiles;
    }

    /// <summary>One tile of rows of one head.</summary>
    private readonly struct AttentionJob(
        float* q, float* k, float* v, AttentionTile* tiles, int count, AttentionShape shape, AttentionSpec spec, float* y, float* logSumExp) : IJob
    {
        public void Run(int index)
        {
            // Later tiles of a sequence see more keys: they come first, so that no thread is left with a long one at the end.
            (int tile, int head) = Math.DivRem(index, shape.Heads);
            ref readonly AttentionTile rows = ref tiles[count - 1 - tile];
            if (rows.Rows <= FewQueries)
            {
                for (int row = 0; row < rows.Rows; row++)
                    Single(rows with { First = rows.First + row, Rows = 1 }, head);
            }
            else
            {
                Many(rows, head);
            }
        }

        private float* KeyRow(in AttentionTile rows, int position, int head) =>
            rows.RowOf(position, rows.PastKeys, k, shape.KeyStride) + (head / shape.Share * (nint)shape.Channels);

        private float* ValueRow(in AttentionTile rows, int position, int head) =>
            rows.RowOf(position, rows.PastValues, v, shape.KeyStride) + (head / shape.Share * (nint)shape.Channels);

        private void Many(in AttentionTile rows, int head)
        {
            int channels = shape.Channels, right = RightFactor<V>.Size(AttentionTileSize, channels);
            float* state = Scratch.Own(
                OnlineSoftmax<V>.Size(rows.Rows, channels) + ScoreTile<V>.Size(rows.Rows, AttentionTileSize)
                + QueryPanels<V>.Size(rows.Rows, channels) + KeyPanels<V>.Size(AttentionTileSize, channels) + right);
            float* scores = state + OnlineSoftmax<V>.Size(rows.Rows, channels), panelsQ = scores + ScoreTile<V>.Size(rows.Rows, AttentionTileSize);
            float* panelsK = panelsQ + QueryPanels<V>.Size(rows.Rows, channels), packedV = panelsK + KeyPanels<V>.Size(AttentionTileSize, channels);
            nint start = (rows.Row * shape.Stride) + ((nint)head * channels);
            QueryPanels<V>.Pack(q + start, shape.Stride, rows.Rows, channels, panelsQ, spec.Scale);
            var softmax = new OnlineSoftmax<V>(rows.Rows, channels, state);
            (int j, int end) = rows.Visible(spec);
            for (int keys; j < end; j += keys)
            {
                keys = rows.Contiguous(j, end, AttentionTileSize);
                KeyPanels<V>.Pack(KeyRow(rows, j, head), shape.KeyStride, keys, channels, panelsK);
                var tile = new ScoreTile<V>(spec, rows.Rows, rows.Position, j, keys);
                tile.Multiply(panelsK, panelsQ, channels, scores);
                softmax.Add(tile, scores, new RightFactor<V>(ValueRow(rows, j, head), shape.KeyStride, keys, channels, packedV));
            }

            softmax.Finish(channels, y + start, shape.Stride, logSumExp + ((nint)rows.Row * shape.Heads) + head, shape.Heads);
        }

        /// <summary>One row: scores of all its keys, then their softmax, then the sum of values.</summary>
        private void Single(in AttentionTile row, int head)
        {
            int channels = shape.Channels;
            (int first, int end) = row.Visible(spec);
            float* scores = Scratch.Own(end - first + 1), query = q + (row.Row * shape.Stride) + ((nint)head * channels);
            for (int j = first, keys; j < end; j += keys)
            {
                keys = row.Contiguous(j, end, int.MaxValue);
                RowMath<V>.Dots(query, KeyRow(row, j, head), shape.KeyStride, channels, scores + (j - first), keys);
            }

            RowMath<V>.Scale(scores, spec.Scale, end - first);
            float sum = Softmax(scores, end - first, out float max);
            float* output = y + (row.Row * shape.Stride) + ((nint)head * channels);
            new Span<float>(output, channels).Clear();
            for (int j = first, keys; j < end; j += keys)
            {
                keys = row.Contiguous(j, end, int.MaxValue);
                Mix(scores + (j - first), ValueRow(row, j, head), keys, output);
            }

            RowMath<V>.Scale(output, 1 / sum, channels);
            logSumExp[((nint)row.Row * shape.Heads) + head] = (float)(max + Math.Log(sum));
        }

        private float Softmax(float* scores, int count, out float max)
        {
            if (spec.SoftCap > 0)
                RowMath<V>.SoftCap(scores, spec.SoftCap, count);
            max = RowMath<V>.Max(scores, count);
            return RowMath<V>.ExpInPlace(scores, max, count);
        }

        /// <summary>output += Σ weights[j] · values[j], a register of channels at a time.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Mix(float* weights, float* values, int count, float* output)
        {
            int channel = 0;
            for (; channel <= shape.Channels - V.Count; channel += V.Count)
            {
                V even = V.Load(output + channel), odd = V.Create(0);
                float* value = values + channel;
                int j = 0;
                for (; j < count - 1; j += 2, value += 2 * shape.KeyStride)
                {
                    even = V.MultiplyAdd(V.Create(weights[j]), V.Load(value), even);
                    odd = V.MultiplyAdd(V.Create(weights[j + 1]), V.Load(value + shape.KeyStride), odd);
                }

                if (j < count)
                    even = V.MultiplyAdd(V.Create(weights[j]), V.Load(value), even);
                (even + odd).Store(output + channel);
            }

            for (; channel < shape.Channels; channel++)
            {
                for (int j = 0; j < count; j++)
                    output[channel] += weights[j] * values[(j * shape.KeyStride) + channel];
            }
        }
    }
}
