using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>The quantised types by their <see cref="DType"/>: the one place that lists them.</summary>
internal static unsafe class Blocks<V>
    where V : unmanaged, ILanes<V>
{
    /// <summary>The first <paramref name="count"/> numbers of some blocks; the count is whole blocks.</summary>
    public static void Decode(DType type, byte* blocks, float* values, nint count)
    {
        switch (type)
        {
            case DType.Q4_0: Decode<BlockQ4_0>(blocks, values, count); break;
            case DType.Q4_1: Decode<BlockQ4_1>(blocks, values, count); break;
            case DType.Q5_0: Decode<BlockQ5_0>(blocks, values, count); break;
            case DType.Q5_1: Decode<BlockQ5_1>(blocks, values, count); break;
            case DType.Q8_0: Decode<BlockQ8_0>(blocks, values, count); break;
            case DType.Q2_K: Decode<BlockQ2_K>(blocks, values, count); break;
            case DType.Q3_K: Decode<BlockQ3_K>(blocks, values, count); break;
            case DType.Q4_K: Decode<BlockQ4_K>(blocks, values, count); break;
            case DType.Q5_K: Decode<BlockQ5_K>(blocks, values, count); break;
            case DType.Q6_K: Decode<BlockQ6_K>(blocks, values, count); break;
            case DType.IQ4_NL: Decode<BlockIQ4_NL>(blocks, values, count); break;
            case DType.IQ4_XS: Decode<BlockIQ4_XS>(blocks, values, count); break;
            case DType.MXFP4: Decode<BlockMXFP4>(blocks, values, count); break;
            default: throw new InvalidOperationException($"{type} is not stored in blocks");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Decode<T>(byte* blocks, float* values, nint count)
        where T : struct, IBlock
    {
        for (nint i = 0; i < count; i += T.Size, blocks += T.Bytes)
            T.Decode<V>(blocks, values + i);
    }
}

/// <summary>Encoding, which is the same in registers of any width.</summary>
internal static unsafe class Blocks
{
    /// <summary>Encodes numbers, whole blocks of them, weighted or not.</summary>
    public static void Encode(DType type, float* values, float* weights, byte* blocks, nint count)
    {
        switch (type)
        {
            case DType.Q4_0: Encode<BlockQ4_0>(values, weights, blocks, count); break;
            case DType.Q4_1: Encode<BlockQ4_1>(values, weights, blocks, count); break;
            case DType.Q5_0: Encode<BlockQ5_0>(values, weights, blocks, count); break;
            case DType.Q5_1: Encode<BlockQ5_1>(values, weights, blocks, count); break;
            case DType.Q8_0: Encode<BlockQ8_0>(values, weights, blocks, count); break;
            case DType.Q2_K: Encode<BlockQ2_K>(values, weights, blocks, count); break;
            case DType.Q3_K: Encode<BlockQ3_K>(values, weights, blocks, count); break;
            case DType.Q4_K: Encode<BlockQ4_K>(values, weights, blocks, count); break;
            case DType.Q5_K: Encode<BlockQ5_K>(values, weights, blocks, count); break;
            case DType.Q6_K: Encode<BlockQ6_K>(values, weights, blocks, count); break;
            case DType.IQ4_NL: Encode<BlockIQ4_NL>(values, weights, blocks, count); break;
            case DType.IQ4_XS: Encode<BlockIQ4_XS>(values, weights, blocks, count); break;
            case DType.MXFP4: Encode<BlockMXFP4>(values, weights, blocks, count); break;
            default: throw new InvalidOperationException($"{type} is not stored in blocks");
        }
    }

    private static void Encode<T>(float* values, float* weights, byte* blocks, nint count)
        where T : struct, IBlock
    {
        for (nint i = 0; i < count; i += T.Size, blocks += T.Bytes)
            T.Encode(values + i, weights == null ? null : weights + i, blocks);
    }
}
