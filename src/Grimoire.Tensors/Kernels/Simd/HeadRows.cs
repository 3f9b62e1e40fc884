using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>
/// The keys, or the values, of one head of a segment as rows of floats that whole registers read: in place where they lie so, else decoded a tile at a time.
/// </summary>
internal readonly unsafe struct HeadRows<V>
    where V : unmanaged, ILanes<V>
{
    private readonly byte* cache;
    private readonly float* pass;
    private readonly nint stride;
    private readonly int channels, cached;
    private readonly DType type;

    /// <summary>A head of the keys or values of a tile's segment.</summary>
    /// <param name="tile">Any tile of the segment.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="keyHead">Which head.</param>
    /// <param name="cache">The segment's cache of them, if any.</param>
    /// <param name="rows">All rows of the pass.</param>
    public HeadRows(in AttentionTile tile, AttentionShape shape, int keyHead, byte* cache, float* rows)
    {
        (stride, channels, cached, type) = (shape.KeyStride, shape.Channels, tile.Cached, tile.CacheType);
        nint head = (nint)keyHead * channels;
        this.cache = cached > 0 ? cache + type.Bytes(head) : null;
        pass = rows + ((tile.SegmentStart - tile.Past) * stride) + head;
    }

    /// <summary>Channels rounded up to whole registers.</summary>
    public static int Width(int channels) => (channels + V.Count - 1) / V.Count * V.Count;

    /// <summary>
    /// Positions <paramref name="first"/>…: rows <paramref name="step"/> floats apart, channels behind the last being zero. The memory holds
    /// <see cref="Width"/> floats for each.
    /// </summary>
    /// <param name="first">The first position.</param>
    /// <param name="count">How many.</param>
    /// <param name="memory">Where they are put unless they can stay.</param>
    /// <param name="step">Floats from one row to the next.</param>
    /// <param name="copied">Whether they shall not stay: rows far apart crowd into few sets of the first cache.</param>
    public float* Read(int first, int count, float* memory, out nint step, bool copied = false)
    {
        bool whole = channels % V.Count == 0, stays = whole && !copied;
        step = stride;
        if (stays && first >= cached)
            return pass + (first * stride);
        if (stays && type == DType.F32 && first + count <= cached)
            return (float*)cache + (first * stride);
        step = Width(channels);
        if (whole && first + count <= cached)
            Decode(first, count, memory);
        else if (whole && first >= cached)
            Rows<Single32>((byte*)(pass + (first * stride)), count, memory);
        else
            Singly(first, count, memory);
        return memory;
    }

    private void Decode(int first, int count, float* memory)
    {
        byte* rows = cache + type.Bytes(first * stride);
        switch (type)
        {
            case DType.F32: Rows<Single32>(rows, count, memory); break;
            case DType.F16: Rows<FiniteHalf16>(rows, count, memory); break;
            case DType.Q8_0: Rows<Byte8>(rows, count, memory); break;
            default: throw StoredRows.Unknown(type);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Rows<T>(byte* rows, int count, float* memory)
        where T : struct, IElement
    {
        int width = channels;
        nint bytes = typeof(T) == typeof(Single32) ? stride * sizeof(float) : (nint)type.Bytes(stride);
        for (int i = 0; i < count; i++, rows += bytes, memory += width)
        {
            for (int channel = 0; channel < width; channel += V.Count)
                T.Load<V>(rows, channel).Store(memory + channel);
        }
    }

    /// <summary>Rows on both sides of the cache's end, or of channels that do not fill registers.</summary>
    private void Singly(int first, int count, float* memory)
    {
        int width = Width(channels);
        new Span<float>(memory, count * width).Clear();
        for (int i = 0; i < count; i++, memory += width)
        {
            int position = first + i;
            for (int channel = 0; channel < channels; channel++)
                memory[channel] = position < cached ? At((position * stride) + channel) : pass[(position * stride) + channel];
        }
    }

    private float At(nint index) => type switch
    {
        DType.F32 => Single32.At(cache, index),
        DType.F16 => Half16.At(cache, index),
        DType.Q8_0 => Byte8.At(cache, index),
        _ => throw StoredRows.Unknown(type),
    };
}
