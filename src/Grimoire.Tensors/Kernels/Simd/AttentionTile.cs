namespace Grimoire.Tensors;

/// <summary>Some rows of a <see cref="Segment"/>, in a form that any thread may read.</summary>
internal readonly unsafe struct AttentionTile
{
    private readonly byte* keys, values;

    public AttentionTile(in Segment segment, int first, int rows)
    {
        (SegmentStart, SegmentLength, Past, Cached) = (segment.Start, segment.Length, segment.Past, segment.Cached);
        (First, Rows) = (first, rows);
        if (Cached == 0)
            return;
        Tensor? cache = segment.PastKeys ?? segment.PastValues;
        CacheType = cache!.DType;
        keys = segment.PastKeys is null ? null : segment.PastKeys.Data;
        values = segment.PastValues is null ? null : segment.PastValues.Data;
    }

    /// <summary>First row of the segment.</summary>
    public int SegmentStart { get; }

    /// <summary>Rows of the segment.</summary>
    public int SegmentLength { get; }

    /// <summary>Earlier positions in the cache.</summary>
    public int Past { get; }

    /// <summary>Positions that are read from the cache.</summary>
    public int Cached { get; }

    /// <summary>First row of the tile, counted from the segment's first.</summary>
    public int First { get; init; }

    /// <summary>Rows of the tile.</summary>
    public int Rows { get; init; }

    /// <summary>How the cache stores numbers.</summary>
    public DType CacheType { get; }

    /// <summary>The cache of keys, if there is one.</summary>
    public byte* CachedKeys => keys;

    /// <summary>The cache of values.</summary>
    public byte* CachedValues => values;

    /// <summary>The cache of keys where it holds floats.</summary>
    public float* PastKeys => Floats(keys);

    /// <summary>The cache of values where it holds floats.</summary>
    public float* PastValues => Floats(values);

    /// <summary>Row of the first token on the flat token axis.</summary>
    public int Row => SegmentStart + First;

    /// <summary>Position of the first token in its sequence.</summary>
    public int Position => Past + First;

    /// <summary>One more than the last position of the segment.</summary>
    public int End => Past + SegmentLength;

    /// <summary>The first position that any row of the tile sees, and one more than the last.</summary>
    public (int First, int End) Visible(AttentionSpec spec) => (
        spec.Window > 0 ? Math.Max(0, Position - spec.Window + 1) : 0,
        spec.Causal ? Position + Rows : End);

    /// <summary>Where a position's row lies: in the cache or among the rows of the pass.</summary>
    public float* RowOf(int position, float* cache, float* rows, nint stride) =>
        position < Past ? cache + (position * stride) : rows + ((SegmentStart + position - Past) * stride);

    /// <summary>How many positions from <paramref name="position"/> on, at most <paramref name="limit"/>, lie one behind the other.</summary>
    public int Contiguous(int position, int end, int limit) => Math.Min(Math.Min(end, position < Past ? Past : end) - position, limit);

    private float* Floats(byte* cache) => cache == null || CacheType == DType.F32
        ? (float*)cache
        : throw new InvalidOperationException($"gradients need a cache of F32, not {CacheType}");
}

/// <summary>The sizes of one attention and the strides of its tensors.</summary>
internal readonly record struct AttentionShape(int Heads, int KeyHeads, int Channels)
{
    public AttentionShape(Tensor q, Tensor k)
        : this(q.Shape[1], k.Shape[1], q.Shape[2])
    {
    }

    /// <summary>Query heads that share a key head.</summary>
    public int Share => Heads / KeyHeads;

    /// <summary>Floats from one token's queries to the next's.</summary>
    public nint Stride => (nint)Heads * Channels;

    /// <summary>Floats from one token's keys to the next's.</summary>
    public nint KeyStride => (nint)KeyHeads * Channels;
}
