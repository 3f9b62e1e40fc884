using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Grimoire.Tensors;

/// <summary>
/// Copies a part of an <see cref="Operand"/> into a panel: <c>panel[k · width + i]</c> is element (i, k) as a float, zero where i is not below the count. A
/// tile reads a panel from front to end. Blocks along the outer index fill as many panels as they span.
/// </summary>
internal static unsafe class Packing<V>
    where V : unmanaged, ILanes<V>
{
    /// <summary>Rows that panels beside each other take in turns.</summary>
    private const int Turn = 32;

    /// <summary>Blocks of a row's numbers that are asked for ahead: as many streams as a block has rows are more than a processor foresees.</summary>
    private const int Ahead = 6;

    public static void Panel(in Operand source, int count, int depth, float* panel, int width)
    {
        switch (source.Type)
        {
            case DType.F32: Panel<Single32>(source, count, depth, panel, width); break;
            case DType.F16: Panel<Half16>(source, count, depth, panel, width); break;
            case DType.BF16: Panel<Brain16>(source, count, depth, panel, width); break;
            case DType.F64 or DType.I32: throw new InvalidOperationException($"a matrix of {source.Type} cannot be multiplied");
            default: Decode(source, count, depth, panel, width); break;
        }

        int padding = RoundUp(count, width) - count;
        if (padding == 0)
            return;
        float* pad = panel + ((nint)(count / width) * width * depth) + (count % width);
        for (int k = 0; k < depth; k++, pad += width)
            new Span<float>(pad, padding).Clear();
    }

    /// <summary>A size rounded up to whole steps.</summary>
    public static int RoundUp(int size, int step) => (size + step - 1) / step * step;

    /// <summary>
    /// As many panels as the count fills, the last as wide as its tile. Where the numbers of neighbouring panels lie beside each other, all panels take some
    /// rows of them before the next rows are read.
    /// </summary>
    public static void Panels(in Operand source, int count, int depth, float* panels, int width)
    {
        int step = source.DepthStride == 1 ? depth : Turn;
        for (int k = 0; k < depth; k += step)
        {
            for (int i = 0; i < count; i += width)
            {
                int some = Math.Min(width, count - i), wide = Math.Min(width, Tile<V>.RowsFor(some));
                Panel(source.From(i, k), some, Math.Min(step, depth - k), panels + ((nint)i * depth) + ((nint)k * wide), wide);
            }
        }
    }

    private static void Decode(in Operand source, int count, int depth, float* panel, int width)
    {
        if (source.DepthStride == 1)
        {
            float* rows = Scratch.Own((long)count * depth);
            for (int i = 0; i < count; i++)
                Blocks<V>.Decode(source.Type, source.From(i, 0).Data, rows + ((nint)i * depth), depth);
            Panel<Single32>(Operand.AlongDepth(rows, depth), count, depth, panel, width);
            return;
        }

        float* row = Scratch.Own(RoundUp(count, width));
        for (int k = 0; k < depth; k++)
        {
            Blocks<V>.Decode(source.Type, source.From(0, k).Data, row, count);
            for (int i = 0; i < count; i += width)
                new Span<float>(row + i, width).CopyTo(new Span<float>(panel + ((nint)i * depth) + (k * width), width));
        }
    }

    private static void Panel<T>(in Operand source, int count, int depth, float* panel, int width)
        where T : struct, IElement
    {
        bool turned = source.DepthStride == 1;
        if (count >= V.Count || (V.Count == Lanes512.Count && turned && count > Lanes256.Count))
            Panel<T, V>(source, count, depth, panel, width);
        else if (V.Count > Lanes128.Count && (count >= Lanes256.Count || (turned && count > Lanes128.Count)))
            Panel<T, Lanes256>(source, count, depth, panel, width);
        else
            Panel<T, Lanes128>(source, count, depth, panel, width);
    }

    private static void Panel<T, W>(in Operand source, int count, int depth, float* panel, int width)
        where T : struct, IElement
        where W : unmanaged, ILanes<W>
    {
        if (source.DepthStride == 1 && depth >= W.Count)
            Transpose<T, W>(source, count, depth, panel, width);
        else if (source.DepthStride == 1 || count < W.Count)
            Singly<T>(source, count, depth, panel, width);
        else
            Copy<T, W>(source, count, depth, panel, width);
    }

    private static void Singly<T>(in Operand source, int count, int depth, float* panel, int width)
        where T : struct, IElement
    {
        for (int k = 0; k < depth; k++)
        {
            for (int i = 0; i < count; i++)
                panel[(k * width) + i] = T.At(source.Data, (i * source.OuterStride) + (k * source.DepthStride));
        }
    }

    /// <summary>Moves registers; the last one may overlap the one before it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Copy<T, W>(in Operand source, int count, int depth, float* panel, int width)
        where T : struct, IElement
        where W : unmanaged, ILanes<W>
    {
        byte* data = source.Data;
        nint stride = source.DepthStride, row = 0;
        int last = count - W.Count;
        nint ahead = Turn * stride * T.Size;
        for (int k = 0; k < depth; k++, row += stride, panel += width)
        {
            if (Sse.IsSupported)
                Sse.Prefetch0(data + (row * T.Size) + ahead);
            for (int i = 0; i < last; i += W.Count)
                T.Load<W>(data, row + i).Store(panel + i);
            T.Load<W>(data, row + last).Store(panel + last);
        }
    }

    /// <summary>Turns square blocks of registers; the last rows and the last numbers of a row may overlap those before them.</summary>
    private static void Transpose<T, W>(in Operand source, int count, int depth, float* panel, int width)
        where T : struct, IElement
        where W : unmanaged, ILanes<W>
    {
        byte** rows = stackalloc byte*[W.Count];
        float* last = stackalloc float[W.Count * W.Count];
        for (int first = 0; first < count; first += W.Count)
        {
            int i = Math.Max(0, Math.Min(first, count - W.Count));
            for (int r = 0; r < W.Count; r++)
                rows[r] = source.From(Math.Min(i + r, count - 1), 0).Data;
            int end = depth - W.Count, wanted = Math.Min(W.Count, width - i);
            Transpose<T, W>(rows, end, panel + i, width);

            // Registers may reach beyond the row of the panel, where the next row is written next; not so the last one.
            W.Transpose<T>(rows, end, last, W.Count);
            for (int k = 0; k < W.Count; k++)
                new Span<float>(last + (k * W.Count), wanted).CopyTo(new Span<float>(panel + ((nint)(end + k) * width) + i, wanted));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transpose<T, W>(byte** rows, int end, float* panel, nint width)
        where T : struct, IElement
        where W : unmanaged, ILanes<W>
    {
        bool asks = Sse.IsSupported && end > Ahead * W.Count;
        for (int k = 0; k < end; k += W.Count, panel += W.Count * width)
        {
            for (int r = 0; asks && r < W.Count; r++)
                Sse.Prefetch0(rows[r] + ((k + (Ahead * W.Count)) * T.Size));
            W.Transpose<T>(rows, k, panel, width);
        }
    }
}
