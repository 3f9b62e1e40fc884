using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>
/// The innermost loop of all matrix products: a block of C held in registers, <c>C = start + A·B</c>. Element (i, k) of A lies at
/// <c>a[k · aStep + i]</c>, element (k, j) of B at <c>b[k · bStep + j]</c>; C and start have rows of two registers. Every element
/// is one chain of multiply-adds over k, so it does not depend on the tile it falls into.
/// </summary>
internal static unsafe class Tile<V>
    where V : unmanaged, ILanes<V>
{
    /// <summary>Columns of a tile.</summary>
    public static int Columns => 2 * V.Count;

    /// <summary>Rows of the tallest tile.</summary>
    public static int MaxRows => V.ManyRegisters ? 12 : 6;

    private static readonly NativeBuffer Zeros = new(Columns * sizeof(float), zeroed: true);

    /// <summary>Rows of the tile that computes <paramref name="count"/> rows: also the width of their panel.</summary>
    public static int RowsFor(int count) => count <= 6 ? 6 : MaxRows;

    /// <summary>
    /// A tile of which only <paramref name="rows"/> × <paramref name="columns"/> elements are wanted; start is null for zero.
    /// </summary>
    public static void Any(
        float* a, nint aStep, float* b, nint bStep, int depth, float* start, nint startStride, float* c, nint cStride, int rows, int columns)
    {
        startStride = start == null ? 0 : startStride;
        start = start == null ? (float*)Zeros.Pointer : start;
        int height = RowsFor(rows);
        if (rows == height && columns == Columns)
        {
            Whole(height, a, aStep, b, bStep, depth, start, startStride, c, cStride);
            return;
        }

        float* edge = stackalloc float[12 * 32];
        for (int i = 0; i < rows; i++)
            new Span<float>(start + (i * startStride), columns).CopyTo(new Span<float>(edge + (i * Columns), columns));
        Whole(height, a, aStep, b, bStep, depth, edge, Columns, edge, Columns);
        for (int i = 0; i < rows; i++)
            new Span<float>(edge + (i * Columns), columns).CopyTo(new Span<float>(c + (i * cStride), columns));
    }

    /// <summary>A tile of which all 6 or 12 rows and all columns may be read and written.</summary>
    public static void Whole(
        int height, float* a, nint aStep, float* b, nint bStep, int depth, float* start, nint startStride, float* c, nint cStride)
    {
        if (height == 6)
            Rows6(a, aStep, b, bStep, depth, start, startStride, c, cStride);
        else
            Rows12(a, aStep, b, bStep, depth, start, startStride, c, cStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows12(float* a, nint aStep, float* b, nint bStep, int depth, float* start, nint startStride, float* c, nint cStride)
    {
        int w = V.Count;
        V x0 = V.Load(start), y0 = V.Load(start + w);
        start += startStride;
        V x1 = V.Load(start), y1 = V.Load(start + w);
        start += startStride;
        V x2 = V.Load(start), y2 = V.Load(start + w);
        start += startStride;
        V x3 = V.Load(start), y3 = V.Load(start + w);
        start += startStride;
        V x4 = V.Load(start), y4 = V.Load(start + w);
        start += startStride;
        V x5 = V.Load(start), y5 = V.Load(start + w);
        start += startStride;
        V x6 = V.Load(start), y6 = V.Load(start + w);
        start += startStride;
        V x7 = V.Load(start), y7 = V.Load(start + w);
        start += startStride;
        V x8 = V.Load(start), y8 = V.Load(start + w);
        start += startStride;
        V x9 = V.Load(start), y9 = V.Load(start + w);
        start += startStride;
        V x10 = V.Load(start), y10 = V.Load(start + w);
        start += startStride;
        V x11 = V.Load(start), y11 = V.Load(start + w);
        for (int k = 0; k < depth; k++, a += aStep, b += bStep)
        {
            V left = V.Load(b), right = V.Load(b + w), broadcast;
            broadcast = V.Create(a[0]);
            x0 = V.MultiplyAdd(broadcast, left, x0);
            y0 = V.MultiplyAdd(broadcast, right, y0);
            broadcast = V.Create(a[1]);
            x1 = V.MultiplyAdd(broadcast, left, x1);
            y1 = V.MultiplyAdd(broadcast, right, y1);
            broadcast = V.Create(a[2]);
            x2 = V.MultiplyAdd(broadcast, left, x2);
            y2 = V.MultiplyAdd(broadcast, right, y2);
            broadcast = V.Create(a[3]);
            x3 = V.MultiplyAdd(broadcast, left, x3);
            y3 = V.MultiplyAdd(broadcast, right, y3);
            broadcast = V.Create(a[4]);
            x4 = V.MultiplyAdd(broadcast, left, x4);
            y4 = V.MultiplyAdd(broadcast, right, y4);
            broadcast = V.Create(a[5]);
            x5 = V.MultiplyAdd(broadcast, left, x5);
            y5 = V.MultiplyAdd(broadcast, right, y5);
            broadcast = V.Create(a[6]);
            x6 = V.MultiplyAdd(broadcast, left, x6);
            y6 = V.MultiplyAdd(broadcast, right, y6);
            broadcast = V.Create(a[7]);
            x7 = V.MultiplyAdd(broadcast, left, x7);
            y7 = V.MultiplyAdd(broadcast, right, y7);
            broadcast = V.Create(a[8]);
            x8 = V.MultiplyAdd(broadcast, left, x8);
            y8 = V.MultiplyAdd(broadcast, right, y8);
            broadcast = V.Create(a[9]);
            x9 = V.MultiplyAdd(broadcast, left, x9);
            y9 = V.MultiplyAdd(broadcast, right, y9);
            broadcast = V.Create(a[10]);
            x10 = V.MultiplyAdd(broadcast, left, x10);
            y10 = V.MultiplyAdd(broadcast, right, y10);
            broadcast = V.Create(a[11]);
            x11 = V.MultiplyAdd(broadcast, left, x11);
            y11 = V.MultiplyAdd(broadcast, right, y11);
        }

        Put(x0, y0, c);
        Put(x1, y1, c + cStride);
        Put(x2, y2, c + (2 * cStride));
        Put(x3, y3, c + (3 * cStride));
        Put(x4, y4, c + (4 * cStride));
        Put(x5, y5, c + (5 * cStride));
        Put(x6, y6, c + (6 * cStride));
        Put(x7, y7, c + (7 * cStride));
        Put(x8, y8, c + (8 * cStride));
        Put(x9, y9, c + (9 * cStride));
        Put(x10, y10, c + (10 * cStride));
        Put(x11, y11, c + (11 * cStride));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows6(float* a, nint aStep, float* b, nint bStep, int depth, float* start, nint startStride, float* c, nint cStride)
    {
        int w = V.Count;
        V x0 = V.Load(start), y0 = V.Load(start + w);
        start += startStride;
        V x1 = V.Load(start), y1 = V.Load(start + w);
        start += startStride;
        V x2 = V.Load(start), y2 = V.Load(start + w);
        start += startStride;
        V x3 = V.Load(start), y3 = V.Load(start + w);
        start += startStride;
        V x4 = V.Load(start), y4 = V.Load(start + w);
        start += startStride;
        V x5 = V.Load(start), y5 = V.Load(start + w);
        for (int k = 0; k < depth; k++, a += aStep, b += bStep)
        {
            V left = V.Load(b), right = V.Load(b + w), broadcast;
            broadcast = V.Create(a[0]);
            x0 = V.MultiplyAdd(broadcast, left, x0);
            y0 = V.MultiplyAdd(broadcast, right, y0);
            broadcast = V.Create(a[1]);
            x1 = V.MultiplyAdd(broadcast, left, x1);
            y1 = V.MultiplyAdd(broadcast, right, y1);
            broadcast = V.Create(a[2]);
            x2 = V.MultiplyAdd(broadcast, left, x2);
            y2 = V.MultiplyAdd(broadcast, right, y2);
            broadcast = V.Create(a[3]);
            x3 = V.MultiplyAdd(broadcast, left, x3);
            y3 = V.MultiplyAdd(broadcast, right, y3);
            broadcast = V.Create(a[4]);
            x4 = V.MultiplyAdd(broadcast, left, x4);
            y4 = V.MultiplyAdd(broadcast, right, y4);
            broadcast = V.Create(a[5]);
            x5 = V.MultiplyAdd(broadcast, left, x5);
            y5 = V.MultiplyAdd(broadcast, right, y5);
        }

        Put(x0, y0, c);
        Put(x1, y1, c + cStride);
        Put(x2, y2, c + (2 * cStride));
        Put(x3, y3, c + (3 * cStride));
        Put(x4, y4, c + (4 * cStride));
        Put(x5, y5, c + (5 * cStride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(V left, V right, float* c)
    {
        left.Store(c);
        right.Store(c + V.Count);
    }
}
