namespace Grimoire.Tensors.Tests;

/// <summary>Elements of tensors of any type, as float64.</summary>
public static class Numbers
{
    /// <summary>All elements.</summary>
    public static double[] Of(Tensor tensor)
    {
        var values = new double[tensor.Shape.Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = tensor.DType switch
            {
                DType.F32 => tensor.Span<float>()[i],
                DType.F64 => tensor.Span<double>()[i],
                DType.F16 => (double)tensor.Span<Half>()[i],
                DType.BF16 => BitConverter.UInt32BitsToSingle((uint)tensor.Span<ushort>()[i] << 16),
                _ => tensor.Span<int>()[i],
            };
        }

        return values;
    }

    /// <summary>Sets one element; bfloat16 by cutting off.</summary>
    public static void Set(Tensor tensor, int index, double value)
    {
        switch (tensor.DType)
        {
            case DType.F32: tensor.Span<float>()[index] = (float)value; break;
            case DType.F64: tensor.Span<double>()[index] = value; break;
            case DType.F16: tensor.Span<Half>()[index] = (Half)value; break;
            case DType.BF16: tensor.Span<ushort>()[index] = (ushort)(BitConverter.SingleToUInt32Bits((float)value) >> 16); break;
            default: tensor.Span<int>()[index] = (int)value; break;
        }
    }
}
