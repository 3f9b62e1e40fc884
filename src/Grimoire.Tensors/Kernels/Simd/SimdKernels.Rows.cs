using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>Rows taken from and added to tables, and patches of images.</summary>
internal sealed unsafe partial class SimdKernels<V>
{
    public override void GatherRows(Tensor table, Tensor ids, Tensor y)
    {
        CheckIds(ids, table.Shape.Rows);
        int rows = y.Shape.Rows, channels = table.Shape.Last;
        switch (table.DType)
        {
            case DType.F32: EachRow(new GatherOp<Single32>(table.Data, Ids(ids), Floats(y), channels), rows, channels); break;
            case DType.F16: EachRow(new GatherOp<Half16>(table.Data, Ids(ids), Floats(y), channels), rows, channels); break;
            case DType.BF16: EachRow(new GatherOp<Brain16>(table.Data, Ids(ids), Floats(y), channels), rows, channels); break;
            case DType.F64 or DType.I32: throw new InvalidOperationException($"rows of {table.DType} cannot be gathered as F32");
            default: EachRow(new GatherBlocksOp(table.DType, table.Data, Ids(ids), Floats(y), channels), rows, channels); break;
        }
    }

    public override void ScatterRows(Tensor dy, Tensor ids, Tensor dtable)
    {
        CheckIds(ids, dtable.Shape.Rows);
        float* sums = Gradient(dtable, out bool onto);
        if (!onto)
            Each(new FillOp(sums, 0), dtable.Shape.Count);
        Each(new ScatterOp(Floats(dy), Ids(ids), sums, dy.Shape.Rows, dtable.Shape.Last), dtable.Shape.Last, StripSize);
    }

    public override void CopyRows(Tensor x, int from, int count, Tensor y, int to)
    {
        if (x.DType == y.DType)
            x.CopyRowsTo(from, count, y, to);
        else
            RoundRows(x, from, count, y, to);
    }

    public override void Patches(Tensor image, int size, Tensor y) =>
        EachRow(new PatchOp(Floats(image), image.Shape, size, Floats(y), back: false), y.Shape.Rows, y.Shape.Last);

    public override void PatchesGrad(Tensor dy, int size, Tensor dimage) =>
        EachRow(new PatchOp(Floats(dimage), dimage.Shape, size, Floats(dy), back: true), dy.Shape.Rows, dy.Shape.Last);

    /// <summary>Refuses ids outside the table before anything is read or written.</summary>
    private static void CheckIds(Tensor ids, int limit)
    {
        foreach (int id in ids.Span<int>())
        {
            if ((uint)id >= (uint)limit)
                throw new ArgumentOutOfRangeException(nameof(ids), id, $"id {id} is not below {limit}");
        }
    }

    private readonly struct GatherOp<T>(byte* table, int* ids, float* y, int channels) : IRowwise
        where T : struct, IElement
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Row(int row)
        {
            nint from = (nint)ids[row] * channels;
            float* to = y + ((nint)row * channels);
            int i = 0;
            for (; i <= channels - V.Count; i += V.Count)
                T.Load<V>(table, from + i).Store(to + i);
            for (; i < channels; i++)
                to[i] = T.At(table, from + i);
        }
    }

    private readonly struct GatherBlocksOp(DType type, byte* table, int* ids, float* y, int channels) : IRowwise
    {
        public void Row(int row) => Blocks<V>.Decode(type, table + (ids[row] * type.Bytes(channels)), y + ((nint)row * channels), channels);
    }

    /// <summary>A strip of columns takes all rows in order, whoever does it.</summary>
    private readonly struct ScatterOp(float* dy, int* ids, float* dtable, int rows, int channels) : IElementwise<V>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void At<A>(nint i, A lanes)
            where A : struct, IAccess<V>
        {
            float* from = dy + i;
            for (int row = 0; row < rows; row++, from += channels)
            {
                float* to = dtable + ((nint)ids[row] * channels) + i;
                lanes.Store(to, lanes.Load(to) + lanes.Load(from));
            }
        }
    }

    /// <summary>One patch: as many short lines as it has channels and rows.</summary>
    private readonly struct PatchOp(float* image, Shape shape, int size, float* patches, bool back) : IRowwise
    {
        public void Row(int row)
        {
            (int channels, int height, int width) = (shape[1], shape[2], shape[3]);
            int across = width / size, perImage = across * (height / size);
            (int index, int place) = Math.DivRem(row, perImage);
            (int top, int left) = Math.DivRem(place, across);
            float* patch = patches + ((nint)row * channels * size * size);
            for (int channel = 0; channel < channels; channel++)
            {
                float* line = image + (((((nint)index * channels) + channel) * height) + (top * size)) * width + (left * size);
                for (int y = 0; y < size; y++, line += width, patch += size)
                {
                    if (back)
                        RowMath<V>.Accumulate(patch, 1, line, size);
                    else
                        new ReadOnlySpan<float>(line, size).CopyTo(new Span<float>(patch, size));
                }
            }
        }
    }
}
