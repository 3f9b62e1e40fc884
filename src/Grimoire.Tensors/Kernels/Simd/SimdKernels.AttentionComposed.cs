namespace Grimoire.Tensors;

/// <summary>
/// Attention in steps that form the pattern: products of matrices for each segment and head. Heads that share a key head are one piece of work, because they
/// add to the same gradients.
/// </summary>
internal sealed unsafe partial class SimdKernels<V>
{
    public override void AttentionScores(Tensor q, Tensor k, ReadOnlySpan<Segment> segments, AttentionSpec spec, Tensor scores)
    {
        Fill(scores, double.NegativeInfinity);
        var job = new ScoresJob(Part(q, k, segments, scores), spec, Floats(q), Floats(k), Floats(scores));
        Team(ref job, k.Shape[1]);
    }

    public override void AttentionScoresGrad(
        Tensor q, Tensor k, ReadOnlySpan<Segment> segments, AttentionSpec spec, Tensor scores, Tensor dscores, Tensor dq, Tensor dk)
    {
        var job = new ScoresGradJob(
            Part(q, k, segments, scores), spec, new(Floats(q), Floats(dq)), new(Floats(k), Floats(dk)), new(Floats(scores), Floats(dscores)));
        Team(ref job, k.Shape[1]);
    }

    public override void AttentionMix(Tensor pattern, Tensor v, ReadOnlySpan<Segment> segments, Tensor y)
    {
        var job = new MixJob(Part(y, v, segments, pattern), Floats(pattern), Floats(v), Floats(y));
        Team(ref job, v.Shape[1]);
    }

    public override void AttentionMixGrad(Tensor pattern, Tensor v, ReadOnlySpan<Segment> segments, Tensor dy, Tensor dpattern, Tensor dv)
    {
        var job = new MixGradJob(Part(dy, v, segments, pattern), new(Floats(pattern), Floats(dpattern)), new(Floats(v), Floats(dv)), Floats(dy));
        Team(ref job, v.Shape[1]);
    }

    private static PatternPart Part(Tensor q, Tensor k, ReadOnlySpan<Segment> segments, Tensor pattern)
    {
        AttentionTile* whole = Tiles(segments, WholeSegment, out int count, out _);
        return new(whole, count, new(q, k), pattern.Shape[1], pattern.Shape[2]);
    }

    /// <summary>Where rows lie; pattern <c>[head, token, key]</c>.</summary>
    private readonly struct PatternPart(AttentionTile* segments, int count, AttentionShape shape, int tokens, int keys)
    {
        public int Count => count;

        public AttentionShape Shape => shape;

        /// <summary>Floats from one row of the pattern to the next.</summary>
        public nint Stride => keys;

        public ref readonly AttentionTile this[int segment] => ref segments[segment];

        /// <summary>The block of the pattern of one segment and head.</summary>
        public float* Block(float* pattern, int segment, int head) => pattern + ((((nint)head * tokens) + segments[segment].SegmentStart) * keys);

        /// <summary>A segment's rows of queries or outputs.</summary>
        public float* Queries(float* rows, int segment, int head) =>
            rows + (segments[segment].SegmentStart * shape.Stride) + ((nint)head * shape.Channels);

        /// <summary>A segment's rows of keys or values in the pass.</summary>
        public float* Keys(float* rows, int segment, int head) =>
            rows + (segments[segment].SegmentStart * shape.KeyStride) + Offset(head);

        /// <summary>What the cache of a segment holds of a head.</summary>
        public Operand Cached(byte* cache, in AttentionTile segment, int head) =>
            Operand.AlongDepth(cache + segment.CacheType.Bytes(Offset(head)), shape.KeyStride, segment.CacheType);

        /// <summary>Where a head's channels begin in a row of keys.</summary>
        public nint Offset(int head) => head / shape.Share * (nint)shape.Channels;

        /// <summary>Runs the step for the heads of one key head and every segment.</summary>
        public void ForEach<TStep>(in TStep step, int keyHead)
            where TStep : struct, IPatternStep
        {
            for (int head = keyHead * shape.Share; head < (keyHead + 1) * shape.Share; head++)
            {
                for (int segment = 0; segment < count; segment++)
                    step.Run(segment, head);
            }
        }
    }

    private interface IPatternStep
    {
        void Run(int segment, int head);
    }

    private readonly struct ScoresJob(PatternPart part, AttentionSpec spec, float* q, float* k, float* scores) : IJob, IPatternStep
    {
        public void Run(int index) => part.ForEach(this, index);

        public void Run(int segment, int head)
        {
            ref readonly AttentionTile all = ref part[segment];
            float* block = part.Block(scores, segment, head);
            Operand queries = Operand.AlongDepth(part.Queries(q, segment, head), part.Shape.Stride);
            nint stride = part.Shape.KeyStride;
            int rows = all.SegmentLength, channels = part.Shape.Channels;
            if (all.Cached > 0)
                Gemm<V>.Multiply(new(queries, part.Cached(all.CachedKeys, all, head), block, part.Stride, rows, all.Cached, channels), 1);
            if (all.Cached < all.End)
                Gemm<V>.Multiply(new(queries, Operand.AlongDepth(part.Keys(k, segment, head), stride), block + all.Past, part.Stride, rows, rows, channels), 1);
            for (int row = 0; row < rows; row++)
                Finish(all with { First = row, Rows = 1 }, block + (row * part.Stride));
        }

        private void Finish(in AttentionTile row, float* scores)
        {
            (int first, int end) = row.Visible(spec);
            RowMath<V>.Scale(scores + first, spec.Scale, end - first);
            if (spec.SoftCap > 0)
                RowMath<V>.SoftCap(scores + first, spec.SoftCap, end - first);
            new Span<float>(scores, first).Fill(float.NegativeInfinity);
            new Span<float>(scores + end, row.End - end).Fill(float.NegativeInfinity);
        }
    }

    private readonly struct ScoresGradJob(PatternPart part, AttentionSpec spec, Pair q, Pair k, Pair scores) : IJob, IPatternStep
    {
        public void Run(int index) => part.ForEach(this, index);

        public void Run(int segment, int head)
        {
            ref readonly AttentionTile all = ref part[segment];
            int rows = all.SegmentLength, keys = all.End, channels = part.Shape.Channels;
            nint stride = part.Shape.KeyStride;
            float* products = Scratch.Own((long)rows * keys);
            for (int row = 0; row < rows; row++)
            {
                nint at = row * part.Stride;
                Slopes(all with { First = row, Rows = 1 }, part.Block(scores.Value, segment, head) + at, part.Block(scores.Grad, segment, head) + at,
                    products + ((nint)row * keys));
            }

            float* dq = part.Queries(q.Grad, segment, head), query = part.Queries(q.Value, segment, head);
            if (all.Past > 0)
                Gemm<V>.Multiply(new(Operand.AlongDepth(products, keys), Operand.AlongOuter(all.PastKeys + part.Offset(head), stride), dq, part.Shape.Stride,
                    rows, channels, all.Past, accumulate: true), 1);
            products += all.Past;
            Gemm<V>.Multiply(new(Operand.AlongDepth(products, keys), Operand.AlongOuter(part.Keys(k.Value, segment, head), stride), dq, part.Shape.Stride,
                rows, channels, rows, accumulate: true), 1);
            Gemm<V>.Multiply(new(Operand.AlongOuter(products, keys), Operand.AlongOuter(query, part.Shape.Stride), part.Keys(k.Grad, segment, head), stride,
                rows, channels, rows, accumulate: true), 1);
        }

        /// <summary>The gradient of one row's inner products, 0 where the row does not look.</summary>
        private void Slopes(in AttentionTile row, float* score, float* dscore, float* products)
        {
            (int first, int end) = row.Visible(spec);
            new Span<float>(products, row.End).Clear();
            for (int j = first; j < end; j++)
            {
                float tanh = spec.SoftCap > 0 ? score[j] / spec.SoftCap : 0;
                products[j] = dscore[j] * spec.Scale * (1 - (tanh * tanh));
            }
        }
    }

    private readonly struct MixJob(PatternPart part, float* pattern, float* v, float* y) : IJob, IPatternStep
    {
        public void Run(int index) => part.ForEach(this, index);

        public void Run(int segment, int head)
        {
            ref readonly AttentionTile all = ref part[segment];
            float* block = part.Block(pattern, segment, head), output = part.Queries(y, segment, head);
            int rows = all.SegmentLength, channels = part.Shape.Channels;
            nint stride = part.Shape.KeyStride, wide = part.Shape.Stride;
            if (all.Cached > 0)
                Gemm<V>.Multiply(new(Operand.AlongDepth(block, part.Stride), part.Cached(all.CachedValues, all, head).Turned, output, wide, rows, channels,
                    all.Cached), 1);
            if (all.Cached == all.End)
                return;
            Operand recent = Operand.AlongDepth(block + all.Past, part.Stride);
            Gemm<V>.Multiply(new(recent, Operand.AlongOuter(part.Keys(v, segment, head), stride), output, wide, rows, channels, rows,
                accumulate: all.Past > 0), 1);
        }
    }

    private readonly struct MixGradJob(PatternPart part, Pair pattern, Pair v, float* dy) : IJob, IPatternStep
    {
        public void Run(int index) => part.ForEach(this, index);

        public void Run(int segment, int head)
        {
            ref readonly AttentionTile all = ref part[segment];
            float* dblock = part.Block(pattern.Grad, segment, head), block = part.Block(pattern.Value, segment, head),
                doutput = part.Queries(dy, segment, head);
            int rows = all.SegmentLength, channels = part.Shape.Channels;
            nint stride = part.Shape.KeyStride, wide = part.Shape.Stride;
            Operand douts = Operand.AlongDepth(doutput, wide);
            if (all.Past > 0)
                Gemm<V>.Multiply(new(douts, Operand.AlongDepth(all.PastValues + part.Offset(head), stride), dblock, part.Stride, rows, all.Past, channels,
                    accumulate: true), 1);
            Gemm<V>.Multiply(new(douts, Operand.AlongDepth(part.Keys(v.Value, segment, head), stride), dblock + all.Past, part.Stride, rows, rows, channels,
                accumulate: true), 1);
            Operand weights = Operand.AlongOuter(block + all.Past, part.Stride);
            Gemm<V>.Multiply(new(weights, Operand.AlongOuter(doutput, wide), part.Keys(v.Grad, segment, head), stride, rows, channels, rows, accumulate: true),
                1);
        }
    }
}
