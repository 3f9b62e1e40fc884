namespace Grimoire.Tensors;

/// <summary>Rows of queries as the right factor of scores: <c>[channel, row]</c> in panels.</summary>
internal static unsafe class QueryPanels<V>
    where V : unmanaged, ILanes<V>
{
    public static int Size(int rows, int channels) => RightFactor<V>.Padded(rows) * channels;

    /// <summary>Packs the rows times a factor.</summary>
    public static void Pack(float* rows, nint stride, int count, int channels, float* panels, float factor = 1)
    {
        for (int i = 0; i < count; i += Tile<V>.Columns)
        {
            int width = Math.Min(Tile<V>.Columns, count - i);
            Packing<V>.Panel(Operand.AlongDepth(rows + (i * stride), stride, DType.F32), width, channels, panels + ((nint)i * channels), Tile<V>.Columns);
        }

        if (factor != 1)
            RowMath<V>.Scale(panels, factor, Size(count, channels));
    }
}

/// <summary>Rows of keys as the left factor of scores: <c>[channel, key]</c> in panels of a tile's height.</summary>
internal static unsafe class KeyPanels<V>
    where V : unmanaged, ILanes<V>
{
    public static int Size(int rows, int channels) => (rows + Tile<V>.MaxRows) * channels;

    public static void Pack(float* rows, nint stride, int count, int channels, float* panels)
    {
        for (int i = 0; i < count; i += Tile<V>.MaxRows)
        {
            int height = Math.Min(Tile<V>.MaxRows, count - i);
            Packing<V>.Panel(Operand.AlongDepth(rows + (i * stride), stride), height, channels, panels + ((nint)i * channels), Tile<V>.RowsFor(height));
        }
    }
}
