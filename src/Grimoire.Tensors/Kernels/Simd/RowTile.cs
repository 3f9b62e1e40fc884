using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>
/// Blocks of a product <c>C = A·B</c> whose left factor is read as it lies, row by row, where <see cref="Tile{V}"/> wants it packed: rows of A
/// <c>aStride</c> floats apart, rows of B <c>bStep</c>, two registers of columns side by side.
/// </summary>
internal static unsafe class RowTile<V>
    where V : unmanaged, ILanes<V>
{
    /// <summary>As many rows as <see cref="Tile{V}.RowsFor"/> gives, all of which may be read and written.</summary>
    public static void Multiply(int rows, float* a, nint aStride, float* b, nint bStep, int depth, float* c, nint cStride)
    {
        nint stride = aStride * sizeof(float);
        switch (rows)
        {
            case 1: RowTile<V, One>.Multiply((byte*)a, stride, b, bStep, depth, c, cStride); break;
            case 2: RowTile<V, Two>.Multiply((byte*)a, stride, b, bStep, depth, c, cStride); break;
            case 3: RowTile<V, Three>.Multiply((byte*)a, stride, b, bStep, depth, c, cStride); break;
            case 4: RowTile<V, Four>.Multiply((byte*)a, stride, b, bStep, depth, c, cStride); break;
            case 6: RowTile<V, Six>.Multiply((byte*)a, stride, b, bStep, depth, c, cStride); break;
            case 8: RowTile<V, Eight>.Multiply((byte*)a, stride, b, bStep, depth, c, cStride); break;
            case 10: RowTile<V, Ten>.Multiply((byte*)a, stride, b, bStep, depth, c, cStride); break;
            case 12: RowTile<V, Twelve>.Multiply((byte*)a, stride, b, bStep, depth, c, cStride); break;
            default: RowTile<V, Fourteen>.Multiply((byte*)a, stride, b, bStep, depth, c, cStride); break;
        }
    }
}

/// <summary>The innermost loop, for a fixed number of rows. Two pointers and three distances, scaled by 1, 2 or 4, reach all rows.</summary>
internal static unsafe class RowTile<V, H>
    where V : unmanaged, ILanes<V>
    where H : struct, IHeight
{
    /// <param name="a">The first row of A.</param>
    /// <param name="s">Bytes from one row of A to the next.</param>
    /// <param name="b">The first row of B.</param>
    /// <param name="bStep">Floats from one row of B to the next.</param>
    /// <param name="depth">Numbers in a row of A, and rows of B.</param>
    /// <param name="c">What is written.</param>
    /// <param name="cStride">Floats from one row of C to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(byte* a, nint s, float* b, nint bStep, int depth, float* c, nint cStride)
    {
        V x0 = V.Create(0), x1 = x0, x2 = x0, x3 = x0, x4 = x0, x5 = x0, x6 = x0, x7 = x0, x8 = x0, x9 = x0, x10 = x0, x11 = x0, x12 = x0, x13 = x0;
        V y0 = x0, y1 = x0, y2 = x0, y3 = x0, y4 = x0, y5 = x0, y6 = x0, y7 = x0, y8 = x0, y9 = x0, y10 = x0, y11 = x0, y12 = x0, y13 = x0;
        nint s3 = 3 * s, s5 = 5 * s;
        byte* eighth = a + (7 * s);
        for (int k = 0; k < depth; k++, a += sizeof(float), b += bStep)
        {
            V left = V.Load(b), right = V.Load(b + V.Count);
            Add(a, left, right, ref x0, ref y0);
            if (H.Rows > 1)
                Add(a + s, left, right, ref x1, ref y1);
            if (H.Rows > 2)
                Add(a + (2 * s), left, right, ref x2, ref y2);
            if (H.Rows > 3)
                Add(a + s3, left, right, ref x3, ref y3);
            if (H.Rows > 4)
                Add(a + (4 * s), left, right, ref x4, ref y4);
            if (H.Rows > 5)
                Add(a + s5, left, right, ref x5, ref y5);
            if (H.Rows > 6)
                Add(a + (2 * s3), left, right, ref x6, ref y6);
            if (H.Rows > 7)
                Add(eighth, left, right, ref x7, ref y7);
            if (H.Rows > 8)
                Add(eighth + s, left, right, ref x8, ref y8);
            if (H.Rows > 9)
                Add(eighth + (2 * s), left, right, ref x9, ref y9);
            if (H.Rows > 10)
                Add(eighth + s3, left, right, ref x10, ref y10);
            if (H.Rows > 11)
                Add(eighth + (4 * s), left, right, ref x11, ref y11);
            if (H.Rows > 12)
                Add(eighth + s5, left, right, ref x12, ref y12);
            if (H.Rows > 13)
                Add(eighth + (2 * s3), left, right, ref x13, ref y13);
            if (H.Rows > 7)
                eighth += sizeof(float);
        }

        Put(x0, y0, c);
        if (H.Rows > 1)
            Put(x1, y1, c + cStride);
        if (H.Rows > 2)
            Put(x2, y2, c + (2 * cStride));
        if (H.Rows > 3)
            Put(x3, y3, c + (3 * cStride));
        if (H.Rows > 4)
            Put(x4, y4, c + (4 * cStride));
        if (H.Rows > 5)
            Put(x5, y5, c + (5 * cStride));
        if (H.Rows > 6)
            Put(x6, y6, c + (6 * cStride));
        if (H.Rows > 7)
            Put(x7, y7, c + (7 * cStride));
        if (H.Rows > 8)
            Put(x8, y8, c + (8 * cStride));
        if (H.Rows > 9)
            Put(x9, y9, c + (9 * cStride));
        if (H.Rows > 10)
            Put(x10, y10, c + (10 * cStride));
        if (H.Rows > 11)
            Put(x11, y11, c + (11 * cStride));
        if (H.Rows > 12)
            Put(x12, y12, c + (12 * cStride));
        if (H.Rows > 13)
            Put(x13, y13, c + (13 * cStride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(byte* a, V left, V right, ref V x, ref V y)
    {
        V broadcast = V.Create(*(float*)a);
        x = V.MultiplyAdd(broadcast, left, x);
        y = V.MultiplyAdd(broadcast, right, y);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(V x, V y, float* c)
    {
        x.Store(c);
        y.Store(c + V.Count);
    }
}
