namespace Grimoire.Tensors;

/// <summary>
/// One segment's queries, keys, values or outputs <c>[position, head, head_dim]</c>: positions below <see cref="Segment.Cached"/> lie in
/// the cache, the others among the rows of the flat token axis.
/// </summary>
internal readonly ref struct Rows
{
    private readonly Elements own, cached;
    private readonly int start, past, inCache, heads, channels;

    private Rows(Tensor rows, Tensor? cache, in Segment segment)
    {
        own = new(rows);
        cached = new(cache ?? rows);
        (start, past, inCache) = (segment.Start, segment.Past, cache is null ? segment.Past : segment.Cached);
        (heads, channels) = (rows.Shape[1], rows.Shape[2]);
    }

    public double this[int position, int head, int channel] => position < inCache
        ? cached[Index(position, head) + channel]
        : own[Index(start + position - past, head) + channel];

    /// <summary>The rows of the pass alone: only positions from <see cref="Segment.Past"/> on are asked for.</summary>
    public static Rows Of(Tensor rows, in Segment segment) => new(rows, null, segment);

    /// <summary>The rows of the pass continuing those of the cache.</summary>
    public static Rows WithPast(Tensor rows, Tensor? cache, in Segment segment) => new(rows, cache, segment);

    /// <summary>The inner product of one of these rows with one of <paramref name="other"/>.</summary>
    public double Dot(int position, int head, Rows other, int otherPosition, int otherHead)
    {
        double sum = 0;
        for (int channel = 0; channel < channels; channel++)
            sum += this[position, head, channel] * other[otherPosition, otherHead, channel];
        return sum;
    }

    /// <summary>Adds a multiple of a row of <paramref name="other"/> to one of these rows of the pass.</summary>
    public void Add(int position, int head, double factor, Rows other, int otherPosition, int otherHead)
    {
        long first = Index(start + position - past, head);
        for (int channel = 0; channel < channels; channel++)
            own[first + channel] += factor * other[otherPosition, otherHead, channel];
    }

    private long Index(int row, int head) => (((long)row * heads) + head) * channels;
}
