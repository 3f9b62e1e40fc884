namespace Grimoire.Tensors;

/// <summary>Rows taken from and added to tables, and patches of images.</summary>
internal sealed partial class ReferenceKernels
{
    public override void GatherRows(Tensor table, Tensor ids, Tensor y)
    {
        Elements tables = new(table), rows = new(ids), ys = new(y);
        int channels = table.Shape.Last;
        for (long row = 0; row < rows.Count; row++)
        {
            long id = rows.Id(row, table.Shape.Rows);
            for (long channel = 0; channel < channels; channel++)
                ys[(row * channels) + channel] = tables[(id * channels) + channel];
        }
    }

    public override void ScatterRows(Tensor dy, Tensor ids, Tensor dtable)
    {
        Elements dys = new(dy), rows = new(ids), dtables = new(dtable);
        int channels = dtable.Shape.Last;
        for (long row = 0; row < rows.Count; row++)
        {
            long id = rows.Id(row, dtable.Shape.Rows);
            for (long channel = 0; channel < channels; channel++)
                dtables[(id * channels) + channel] += dys[(row * channels) + channel];
        }
    }

    public override void CopyRows(Tensor x, int from, int count, Tensor y, int to)
    {
        if (x.DType == y.DType)
        {
            x.CopyRowsTo(from, count, y, to);
            return;
        }

        x.CheckRows(from, count, y, to);
        long row = x.Shape.Count / Math.Max(1, x.Shape[0]);
        Elements xs = new(x);
        if (y.DType.IsQuantized())
        {
            var numbers = new float[count * row];
            for (long i = 0; i < numbers.Length; i++)
                numbers[i] = (float)xs[(from * row) + i];
            Quantization.Quantize(y.DType, numbers, y.Span<byte>().Slice((int)y.DType.Bytes(to * row), (int)y.DType.Bytes(numbers.Length)));
            return;
        }

        Elements ys = new(y);
        double largest = y.DType == DType.F16 ? 65504 : double.MaxValue;
        for (long i = 0; i < count * row; i++)
            ys[(to * row) + i] = Math.Clamp(xs[(from * row) + i], -largest, largest);
    }

    public override void Patches(Tensor image, int size, Tensor y)
    {
        Elements images = new(image), ys = new(y);
        for (long i = 0; i < ys.Count; i++)
            ys[i] = images[PixelOf(i, image.Shape, size)];
    }

    public override void PatchesGrad(Tensor dy, int size, Tensor dimage)
    {
        Elements dys = new(dy), dimages = new(dimage);
        for (long i = 0; i < dys.Count; i++)
            dimages[PixelOf(i, dimage.Shape, size)] += dys[i];
    }

    /// <summary>Where element i = [image, patch row, patch column, channel, y, x] of the patches lies in <c>[image, channel, height, width]</c>.</summary>
    private static long PixelOf(long i, Shape image, int size)
    {
        (int channels, int height, int width) = (image[1], image[2], image[3]);
        (i, long x) = Math.DivRem(i, size);
        (i, long y) = Math.DivRem(i, size);
        (i, long channel) = Math.DivRem(i, channels);
        (i, long column) = Math.DivRem(i, width / size);
        (long index, long row) = Math.DivRem(i, height / size);
        return (((((index * channels) + channel) * height) + (row * size) + y) * width) + (column * size) + x;
    }
}
