namespace Grimoire.Tensors;

/// <summary>What is done with some neighbouring rows of keys or values.</summary>
internal unsafe interface IRowVisitor
{
    /// <param name="rows">The first, of all heads.</param>
    /// <param name="step">Bytes from one to the next.</param>
    /// <param name="count">How many.</param>
    void Visit<T>(byte* rows, nint step, int count)
        where T : struct, IElement;
}

/// <summary>The keys or values of a segment as they are stored: in its cache and, behind that, among the rows of the pass.</summary>
internal readonly unsafe struct StoredRows
{
    private readonly byte* cache;
    private readonly float* pass, memory;
    private readonly nint stride, cacheStep;
    private readonly int cached;
    private readonly DType type;

    /// <summary>The rows of a tile's segment.</summary>
    /// <param name="tile">Any tile of the segment.</param>
    /// <param name="cache">The segment's cache, if any.</param>
    /// <param name="rows">All rows of the pass.</param>
    /// <param name="stride">Numbers in a row.</param>
    /// <param name="memory">For as many rows as are visited together.</param>
    public StoredRows(in AttentionTile tile, byte* cache, float* rows, nint stride, float* memory)
    {
        (this.stride, cached, type) = (stride, tile.Cached, tile.CacheType);
        this.cache = cache;
        this.memory = memory;
        cacheStep = (nint)type.Bytes(stride);
        pass = rows + ((tile.SegmentStart - tile.Past) * stride);
    }

    /// <summary>Lets some positions be visited.</summary>
    /// <param name="first">The first position.</param>
    /// <param name="count">How many.</param>
    /// <param name="visitor">What is done.</param>
    public void Visit<TVisitor>(int first, int count, TVisitor visitor)
        where TVisitor : struct, IRowVisitor
    {
        if (first >= cached)
        {
            visitor.Visit<Single32>((byte*)(pass + (first * stride)), stride * sizeof(float), count);
            return;
        }

        if (first + count > cached)
        {
            Across(first, count, visitor);
            return;
        }

        byte* rows = cache + (first * cacheStep);
        switch (type)
        {
            case DType.F32: visitor.Visit<Single32>(rows, cacheStep, count); break;
            case DType.F16: visitor.Visit<FiniteHalf16>(rows, cacheStep, count); break;
            case DType.Q8_0: visitor.Visit<Byte8>(rows, cacheStep, count); break;
            default: throw Unknown(type);
        }
    }

    /// <summary>Row by row where the cache ends among them: only in passes that do not write before they read.</summary>
    private void Across<TVisitor>(int first, int count, TVisitor visitor)
        where TVisitor : struct, IRowVisitor
    {
        float* rows = memory;
        for (int i = 0; i < count; i++)
        {
            for (nint column = 0; column < stride; column++)
                rows[(i * stride) + column] = first + i < cached ? At(((first + i) * stride) + column) : pass[((first + i) * stride) + column];
        }

        visitor.Visit<Single32>((byte*)rows, stride * sizeof(float), count);
    }

    private float At(nint index) => type switch
    {
        DType.F32 => Single32.At(cache, index),
        DType.F16 => FiniteHalf16.At(cache, index),
        DType.Q8_0 => Byte8.At(cache, index),
        _ => throw Unknown(type),
    };

    /// <summary>What is said of a cache of another type.</summary>
    public static InvalidOperationException Unknown(DType type) => new($"keys and values are cached as F32, F16 or Q8_0, not {type}");
}
