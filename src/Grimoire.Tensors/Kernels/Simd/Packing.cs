using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>
/// Copies a part of an <see cref="Operand"/> into a panel: <c>panel[k · width + i]</c> is element (i, k) as a float, zero where i is
/// not below the count. A tile reads a panel from front to end. Blocks along the outer index fill as many panels as they span.
/// </summary>
internal static unsafe class Packing<V>
    where V : unmanaged, ILanes<V>
{
    public static void Panel(in Operand source, int count, int depth, float* panel, int width)
    {
        if (count < width)
            new Span<float>(panel, width * depth).Clear();
        switch (source.Type)
        {
            case DType.F32: Panel<Single32>(source, count, depth, panel, width); break;
            case DType.F16: Panel<Half16>(source, count, depth, panel, width); break;
            case DType.BF16: Panel<Brain16>(source, count, depth, panel, width); break;
            case DType.F64 or DType.I32: throw new InvalidOperationException($"a matrix of {source.Type} cannot be multiplied");
            default: Decode(source, count, depth, panel, width); break;
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

        float* row = Scratch.Own(count);
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
        if (count < Lanes128.Count)
            Singly<T>(source, 0, count, 0, depth, panel, width);
        else if (source.DepthStride == 1)
            Transpose<T>(source, count, depth, panel, width);
        else if (count % V.Count == 0)
            Copy<T, V>(source, count, depth, panel, width);
        else
            Copy<T, Lanes128>(source, count, depth, panel, width);
    }

    private static void Singly<T>(in Operand source, int first, int count, int from, int to, float* panel, int width)
        where T : struct, IElement
    {
        for (int k = from; k < to; k++)
        {
            for (int i = first; i < first + count; i++)
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
        for (int k = 0; k < depth; k++, row += stride, panel += width)
        {
            for (int i = 0; i < last; i += W.Count)
                T.Load<W>(data, row + i).Store(panel + i);
            T.Load<W>(data, row + last).Store(panel + last);
        }
    }

    /// <summary>Turns blocks of 4 × 4; the last four rows may overlap those before them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transpose<T>(in Operand source, int count, int depth, float* panel, int width)
        where T : struct, IElement
    {
        byte* data = source.Data;
        nint stride = source.OuterStride;
        int whole = depth & ~3;
        for (int first = 0; first < count; first += 4)
        {
            int i = Math.Min(first, count - 4);
            nint row = i * stride;
            float* to = panel + i;
            for (int k = 0; k < whole; k += 4, to += 4 * width)
            {
                Lanes128 a = T.Load<Lanes128>(data, row + k), b = T.Load<Lanes128>(data, row + stride + k);
                Lanes128 c = T.Load<Lanes128>(data, row + (2 * stride) + k), d = T.Load<Lanes128>(data, row + (3 * stride) + k);
                Lanes128.Transpose(ref a, ref b, ref c, ref d);
                a.Store(to);
                b.Store(to + width);
                c.Store(to + (2 * width));
                d.Store(to + (3 * width));
            }

            Singly<T>(source, i, 4, whole, depth, panel, width);
        }
    }
}
