namespace Grimoire.Tensors;

/// <summary>
/// The right factor of small products in the form that tiles read: rows in place where their length is a multiple of a tile's columns, else packed into panels.
/// </summary>
internal readonly unsafe struct RightFactor<V>
    where V : unmanaged, ILanes<V>
{
    private readonly float* data;
    private readonly nint step, panel;

    /// <summary>Rows <paramref name="stride"/> floats apart; <paramref name="memory"/> holds <see cref="Size"/> floats to pack them into.</summary>
    public RightFactor(float* rows, nint stride, int depth, int columns, float* memory)
    {
        bool inPlace = columns % Tile<V>.Columns == 0;
        data = inPlace ? rows : memory;
        step = inPlace ? stride : Tile<V>.Columns;
        panel = inPlace ? Tile<V>.Columns : (nint)Tile<V>.Columns * depth;
        if (inPlace)
            return;
        for (int j = 0; j < columns; j += Tile<V>.Columns)
            Packing<V>.Panel(Operand.AlongOuter(rows + j, stride), Math.Min(Tile<V>.Columns, columns - j), depth, memory + ((nint)j * depth), Tile<V>.Columns);
    }

    /// <summary>Floats that packing may take.</summary>
    public static int Size(int depth, int columns) => columns % Tile<V>.Columns == 0 ? 0 : depth * Padded(columns);

    /// <summary>Columns rounded up to whole tiles.</summary>
    public static int Padded(int columns) => (columns + Tile<V>.Columns - 1) / Tile<V>.Columns * Tile<V>.Columns;

    /// <summary>Up to a tile's height of rows: <c>C (+)= A · rows[first … first + depth − 1]</c>.</summary>
    public void Multiply(float* a, nint aStep, int first, int depth, float* c, nint cStride, int rows, int columns, bool accumulate)
    {
        for (int j = 0, p = 0; j < columns; j += Tile<V>.Columns, p++)
        {
            float* b = data + (p * panel) + (first * step);
            Tile<V>.Any(a, aStep, b, step, depth, accumulate ? c + j : null, cStride, c + j, cStride, rows, Math.Min(Tile<V>.Columns, columns - j));
        }
    }
}
