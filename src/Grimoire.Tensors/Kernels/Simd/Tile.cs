using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>
/// Blocks of C of any size up to the tallest tile: see <see cref="TileRows{V,T,H}"/>. All factors are floats, and the two registers of columns neighbours.
/// </summary>
internal static unsafe class Tile<V>
    where V : unmanaged, ILanes<V>
{
    /// <summary>Columns of a tile.</summary>
    public static int Columns => 2 * V.Count;

    /// <summary>Rows of the tallest tile: with two registers of columns and one of A it fills the registers.</summary>
    public static int MaxRows => V.ManyRegisters ? 14 : 6;

    private static readonly NativeBuffer Zeros = new(Columns * sizeof(float), zeroed: true);

    /// <summary>Rows of the tile that computes <paramref name="count"/> rows: also the width of their panel.</summary>
    public static int RowsFor(int count) => count >= MaxRows ? MaxRows : count <= 4 ? Math.Max(count, 1) : (count + 1) & ~1;

    /// <summary>
    /// The height of tiles that computes so many rows soonest, the last tile having what is left: few rows take as long as five, and each tile a third of one.
    /// </summary>
    public static int HeightFor(int rows)
    {
        if (rows <= MaxRows)
            return RowsFor(rows);
        (int best, int least) = (MaxRows, int.MaxValue);
        for (int height = MaxRows; height > 4; height -= 2)
        {
            int rest = rows % height, tiles = (rows + height - 1) / height, cost = tiles + (3 * (rows - rest + (rest == 0 ? 0 : Math.Max(5, RowsFor(rest)))));
            if (cost < least)
                (best, least) = (height, cost);
        }

        return best;
    }

    /// <summary>
    /// A tile of which only <paramref name="rows"/> × <paramref name="columns"/> elements are wanted; start is null for zero. Meanwhile it asks for what lies
    /// at <paramref name="ahead"/>, <paramref name="aheadStep"/> bytes for each k.
    /// </summary>
    public static void Any(
        float* a, nint aStep, float* b, nint bStep, int depth, float* start, nint startStride, float* c, nint cStride, int rows, int columns,
        byte* ahead = null, nint aheadStep = 0)
    {
        startStride = start == null ? 0 : startStride;
        start = start == null ? (float*)Zeros.Pointer : start;
        if (columns == Columns && RowsFor(rows) == rows)
            Whole(rows, a, aStep, b, bStep, depth, start, startStride, c, cStride, ahead, aheadStep);
        else
            Edge(a, aStep, b, bStep, depth, start, startStride, c, cStride, rows, columns, ahead, aheadStep);
    }

    /// <summary>By way of a whole tile beside C.</summary>
    private static void Edge(
        float* a, nint aStep, float* b, nint bStep, int depth, float* start, nint startStride, float* c, nint cStride, int rows, int columns,
        byte* ahead, nint aheadStep)
    {
        float* edge = stackalloc float[14 * 32];
        for (int i = 0; i < rows; i++)
            new Span<float>(start + (i * startStride), columns).CopyTo(new Span<float>(edge + (i * Columns), columns));
        Whole(RowsFor(rows), a, aStep, b, bStep, depth, edge, Columns, edge, Columns, ahead, aheadStep);
        for (int i = 0; i < rows; i++)
            new Span<float>(edge + (i * Columns), columns).CopyTo(new Span<float>(c + (i * cStride), columns));
    }

    /// <summary>A tile of which all rows, as many as <see cref="RowsFor"/> gives, and all columns may be read and written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Whole(
        int height, float* a, nint aStep, float* b, nint bStep, int depth, float* start, nint startStride, float* c, nint cStride,
        byte* ahead = null, nint aheadStep = 0) =>
        Whole<SinglePair>(height, a, aStep, (byte*)b, bStep * sizeof(float), depth, start, startStride, c, cStride, V.Count, ahead, aheadStep);

    /// <summary>
    /// The same with a right factor of any type: <paramref name="bStep"/> counts bytes, and the registers are <paramref name="apart"/> columns apart.
    /// </summary>
    public static void Whole<T>(
        int height, float* a, nint aStep, byte* b, nint bStep, int depth, float* start, nint startStride, float* c, nint cStride, nint apart,
        byte* ahead, nint aheadStep)
        where T : struct, IPair
    {
        ahead = ahead == null ? b : ahead;
        switch (height)
        {
            case 1: TileRows<V, T, One>.Multiply(a, aStep, b, bStep, depth, start, startStride, c, cStride, apart, ahead, aheadStep); break;
            case 2: TileRows<V, T, Two>.Multiply(a, aStep, b, bStep, depth, start, startStride, c, cStride, apart, ahead, aheadStep); break;
            case 3: TileRows<V, T, Three>.Multiply(a, aStep, b, bStep, depth, start, startStride, c, cStride, apart, ahead, aheadStep); break;
            case 4: TileRows<V, T, Four>.Multiply(a, aStep, b, bStep, depth, start, startStride, c, cStride, apart, ahead, aheadStep); break;
            case 6: TileRows<V, T, Six>.Multiply(a, aStep, b, bStep, depth, start, startStride, c, cStride, apart, ahead, aheadStep); break;
            case 8: TileRows<V, T, Eight>.Multiply(a, aStep, b, bStep, depth, start, startStride, c, cStride, apart, ahead, aheadStep); break;
            case 10: TileRows<V, T, Ten>.Multiply(a, aStep, b, bStep, depth, start, startStride, c, cStride, apart, ahead, aheadStep); break;
            case 12: TileRows<V, T, Twelve>.Multiply(a, aStep, b, bStep, depth, start, startStride, c, cStride, apart, ahead, aheadStep); break;
            default: TileRows<V, T, Fourteen>.Multiply(a, aStep, b, bStep, depth, start, startStride, c, cStride, apart, ahead, aheadStep); break;
        }
    }
}
