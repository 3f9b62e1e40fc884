namespace Grimoire.Tensors;

/// <summary>
/// The elements of a tensor of any type, read and written as float64, bounds checked: the reference kernels compute in float64 and round where they store. A
/// quantised tensor is decoded as a whole when it is met and only read.
/// </summary>
internal readonly unsafe ref struct Elements(Tensor tensor)
{
    private readonly byte* data = tensor.Data;
    private readonly DType type = tensor.DType;
    private readonly float[]? decoded = tensor.DType.IsQuantized() ? Decoded(tensor) : null;

    /// <summary>How many there are.</summary>
    public long Count { get; } = tensor.Shape.Count;

    /// <summary>One element, in order of memory.</summary>
    public double this[long index]
    {
        get
        {
            Check(index);
            return type switch
            {
                DType.F32 => ((float*)data)[index],
                DType.F64 => ((double*)data)[index],
                DType.F16 => (double)((Half*)data)[index],
                DType.BF16 => BFloat16.ToSingle(((ushort*)data)[index]),
                DType.I32 => ((int*)data)[index],
                _ => decoded![index],
            };
        }

        set
        {
            Check(index);
            switch (type)
            {
                case DType.F32: ((float*)data)[index] = (float)value; break;
                case DType.F64: ((double*)data)[index] = value; break;
                case DType.F16: ((Half*)data)[index] = (Half)value; break;
                case DType.BF16: ((ushort*)data)[index] = BFloat16.FromSingle((float)value); break;
                case DType.I32: ((int*)data)[index] = (int)value; break;
                default: throw new InvalidOperationException($"one element of {type} cannot be set");
            }
        }
    }

    /// <summary>An element that numbers a row of a table or a class.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are only <paramref name="limit"/> of those.</exception>
    public int Id(long index, int limit)
    {
        int id = (int)this[index];
        return (uint)id < (uint)limit
            ? id
            : throw new ArgumentOutOfRangeException(nameof(index), id, $"id {id} at row {index} is not below {limit}");
    }

    private static float[] Decoded(Tensor tensor)
    {
        var values = new float[tensor.Shape.Count];
        Quantization.Dequantize(tensor.DType, tensor.Span<byte>(), values);
        return values;
    }

    private void Check(long index)
    {
        if ((ulong)index >= (ulong)Count)
            throw new ArgumentOutOfRangeException(nameof(index), index, $"there are {Count} elements");
    }
}
