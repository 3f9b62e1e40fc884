using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>
/// The innermost loop of all matrix products: a block of C held in registers, <c>C = start + A·B</c>, of a fixed number of rows and of two registers
/// of columns, some floats apart. Element (i, k) of A lies at <c>a[k · aStep + i]</c>; row k of B, of type <typeparamref name="T"/>, lies
/// <c>k · bStep</c> bytes behind b. Every element is one chain of multiply-adds over k, so it does not depend on the tile it falls into.
/// </summary>
internal static unsafe class TileRows<V, T, H>
    where V : unmanaged, ILanes<V>
    where T : struct, IPair
    where H : struct, IHeight
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(
        float* a, nint aStep, byte* b, nint bStep, int depth, float* start, nint startStride, float* c, nint cStride, nint apart, byte* ahead, nint aheadStep)
    {
        V x0 = default, x1 = x0, x2 = x0, x3 = x0, x4 = x0, x5 = x0, x6 = x0, x7 = x0, x8 = x0, x9 = x0, x10 = x0, x11 = x0, x12 = x0, x13 = x0;
        V y0 = x0, y1 = x0, y2 = x0, y3 = x0, y4 = x0, y5 = x0, y6 = x0, y7 = x0, y8 = x0, y9 = x0, y10 = x0, y11 = x0, y12 = x0, y13 = x0;
        Get(start, apart, ref x0, ref y0);
        if (H.Rows > 1)
            Get(start + startStride, apart, ref x1, ref y1);
        if (H.Rows > 2)
            Get(start + (2 * startStride), apart, ref x2, ref y2);
        if (H.Rows > 3)
            Get(start + (3 * startStride), apart, ref x3, ref y3);
        if (H.Rows > 4)
            Get(start + (4 * startStride), apart, ref x4, ref y4);
        if (H.Rows > 5)
            Get(start + (5 * startStride), apart, ref x5, ref y5);
        if (H.Rows > 6)
            Get(start + (6 * startStride), apart, ref x6, ref y6);
        if (H.Rows > 7)
            Get(start + (7 * startStride), apart, ref x7, ref y7);
        if (H.Rows > 8)
            Get(start + (8 * startStride), apart, ref x8, ref y8);
        if (H.Rows > 9)
            Get(start + (9 * startStride), apart, ref x9, ref y9);
        if (H.Rows > 10)
            Get(start + (10 * startStride), apart, ref x10, ref y10);
        if (H.Rows > 11)
            Get(start + (11 * startStride), apart, ref x11, ref y11);
        if (H.Rows > 12)
            Get(start + (12 * startStride), apart, ref x12, ref y12);
        if (H.Rows > 13)
            Get(start + (13 * startStride), apart, ref x13, ref y13);
        for (int k = 0; k < depth; k++, a += aStep, b += bStep, ahead += aheadStep)
        {
            V left = T.Left<V>(b), right = T.Right<V>(b, apart);
            T.Beside(left, right, ahead, apart);
            Add(a[0], left, right, ref x0, ref y0);
            if (H.Rows > 1)
                Add(a[1], left, right, ref x1, ref y1);
            if (H.Rows > 2)
                Add(a[2], left, right, ref x2, ref y2);
            if (H.Rows > 3)
                Add(a[3], left, right, ref x3, ref y3);
            if (H.Rows > 4)
                Add(a[4], left, right, ref x4, ref y4);
            if (H.Rows > 5)
                Add(a[5], left, right, ref x5, ref y5);
            if (H.Rows > 6)
                Add(a[6], left, right, ref x6, ref y6);
            if (H.Rows > 7)
                Add(a[7], left, right, ref x7, ref y7);
            if (H.Rows > 8)
                Add(a[8], left, right, ref x8, ref y8);
            if (H.Rows > 9)
                Add(a[9], left, right, ref x9, ref y9);
            if (H.Rows > 10)
                Add(a[10], left, right, ref x10, ref y10);
            if (H.Rows > 11)
                Add(a[11], left, right, ref x11, ref y11);
            if (H.Rows > 12)
                Add(a[12], left, right, ref x12, ref y12);
            if (H.Rows > 13)
                Add(a[13], left, right, ref x13, ref y13);
        }

        Put(x0, y0, c, apart);
        if (H.Rows > 1)
            Put(x1, y1, c + cStride, apart);
        if (H.Rows > 2)
            Put(x2, y2, c + (2 * cStride), apart);
        if (H.Rows > 3)
            Put(x3, y3, c + (3 * cStride), apart);
        if (H.Rows > 4)
            Put(x4, y4, c + (4 * cStride), apart);
        if (H.Rows > 5)
            Put(x5, y5, c + (5 * cStride), apart);
        if (H.Rows > 6)
            Put(x6, y6, c + (6 * cStride), apart);
        if (H.Rows > 7)
            Put(x7, y7, c + (7 * cStride), apart);
        if (H.Rows > 8)
            Put(x8, y8, c + (8 * cStride), apart);
        if (H.Rows > 9)
            Put(x9, y9, c + (9 * cStride), apart);
        if (H.Rows > 10)
            Put(x10, y10, c + (10 * cStride), apart);
        if (H.Rows > 11)
            Put(x11, y11, c + (11 * cStride), apart);
        if (H.Rows > 12)
            Put(x12, y12, c + (12 * cStride), apart);
        if (H.Rows > 13)
            Put(x13, y13, c + (13 * cStride), apart);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Get(float* start, nint apart, ref V x, ref V y) => (x, y) = (V.Load(start), V.Load(start + apart));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(float a, V left, V right, ref V x, ref V y)
    {
        V broadcast = V.Create(a);
        x = V.MultiplyAdd(broadcast, left, x);
        y = V.MultiplyAdd(broadcast, right, y);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(V x, V y, float* c, nint apart)
    {
        x.Store(c);
        y.Store(c + apart);
    }
}
