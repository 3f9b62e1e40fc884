using System.Runtime.Intrinsics;

namespace Grimoire.Tensors;

/// <summary>
/// Numbers in blocks of small integers, as GGUF files store weights: the types of <see cref="DTypes.IsQuantized"/>. Decoded numbers are ggml's, bit for bit.
/// Encoded ones are ggml's where it only rounds (Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, MXFP4); for the others the block of least squared error is searched for.
/// </summary>
public static unsafe class Quantization
{
    /// <summary>Decodes whole blocks.</summary>
    /// <param name="type">A quantised type.</param>
    /// <param name="blocks">The blocks, <c>type.Bytes(values.Length)</c> bytes.</param>
    /// <param name="values">Receives the numbers.</param>
    /// <exception cref="ArgumentException">The type is not quantised, or the lengths do not match.</exception>
    public static void Dequantize(DType type, ReadOnlySpan<byte> blocks, Span<float> values)
    {
        Check(type, blocks.Length, values.Length);
        fixed (byte* from = blocks)
        fixed (float* to = values)
            Decode(type, from, to, values.Length);
    }

    /// <summary>Encodes numbers, on all processors; the bytes do not depend on the machine.</summary>
    /// <param name="type">A quantised type.</param>
    /// <param name="values">The numbers; with an importance, rows as long as that.</param>
    /// <param name="blocks">Receives <c>type.Bytes(values.Length)</c> bytes.</param>
    /// <param name="importance">
    /// How much an error in each column of a row counts, such as the mean square of what the column is multiplied with: then Σ importance · (value − decoded)²
    /// is made small. Empty where all count the same.
    /// </param>
    /// <exception cref="ArgumentException">The type is not quantised, or the lengths do not match.</exception>
    /// <exception cref="GrimoireException">A number is infinite, not a number or too large for the type, or an importance is negative.</exception>
    public static void Quantize(DType type, ReadOnlySpan<float> values, Span<byte> blocks, ReadOnlySpan<float> importance = default)
    {
        Check(type, blocks.Length, values.Length);
        int row = importance.IsEmpty ? type.BlockSize() * Math.Max(1, 1024 / type.BlockSize()) : importance.Length;
        if (!importance.IsEmpty && (row % type.BlockSize() != 0 || values.Length % row != 0))
            throw new ArgumentException($"{values.Length} values are not rows of {row}, whole blocks of {type}", nameof(importance));
        fixed (float* from = values, weights = Weights(importance))
        fixed (byte* to = blocks)
        {
            var job = new EncodeRows(DType.F32, (byte*)from, type, to, row, values.Length, weights);
            ThreadTeam.Shared.Run(ref job, job.Pieces, Environment.ProcessorCount);
        }
    }

    /// <summary>A matrix or table in a quantised type, on all processors.</summary>
    /// <param name="weight"><c>[…, channel]</c> of any float type, or quantised already.</param>
    /// <param name="type">A quantised type whose blocks divide the last axis.</param>
    /// <param name="importance">As in <see cref="Quantize(DType, ReadOnlySpan{float}, Span{byte}, ReadOnlySpan{float})"/>, <c>[channel]</c>.</param>
    /// <exception cref="ArgumentException">The type is not quantised, or its blocks do not divide the last axis.</exception>
    /// <exception cref="GrimoireException">A number is infinite, not a number or too large for the type, or an importance is negative.</exception>
    public static Tensor Quantize(Tensor weight, DType type, ReadOnlySpan<float> importance = default)
    {
        if (!type.IsQuantized() || weight.DType is DType.I32 or DType.F64 || (importance.Length != 0 && importance.Length != weight.Shape.Last))
            throw new ArgumentException($"{weight} with an importance of {importance.Length} columns cannot be stored as {type}", nameof(type));
        Tensor y = Tensor.Zeros(weight.Shape, type);
        fixed (float* weights = Weights(importance))
            Encode(weight, y, weights, Environment.ProcessorCount);
        return y;
    }

    /// <summary>Encodes a tensor into another of the same shape.</summary>
    internal static void Encode(Tensor x, Tensor y, float* weights, int threads)
    {
        var job = new EncodeRows(x.DType, x.Data, y.DType, y.Data, y.Shape.Last, y.Shape.Count, weights);
        ThreadTeam.Shared.Run(ref job, job.Pieces, threads);
        GC.KeepAlive(x);
    }

    /// <summary>Decodes in the widest registers there are; the bits do not depend on them.</summary>
    internal static void Decode(DType type, byte* blocks, float* values, nint count)
    {
        if (Vector512.IsHardwareAccelerated)
            Blocks<Lanes512>.Decode(type, blocks, values, count);
        else if (Vector256.IsHardwareAccelerated)
            Blocks<Lanes256>.Decode(type, blocks, values, count);
        else
            Blocks<Lanes128>.Decode(type, blocks, values, count);
    }

    /// <summary>
    /// The importance with mean 1. A column that calibration never saw keeps a thousandth, lest its weights become anything at all.
    /// </summary>
    private static float[]? Weights(ReadOnlySpan<float> importance)
    {
        if (importance.IsEmpty)
            return null;
        double sum = 0;
        foreach (float value in importance)
        {
            if (!(value >= 0) || !float.IsFinite(value))
                throw new GrimoireException($"an importance of {value} is no mean square; it must be finite and not negative");
            sum += value;
        }

        var weights = new float[importance.Length];
        double mean = sum > 0 ? sum / weights.Length : 1;
        for (int i = 0; i < weights.Length; i++)
            weights[i] = (float)(importance[i] / mean) + 1e-3f;
        return weights;
    }

    private static void Check(DType type, long bytes, long count)
    {
        if (!type.IsQuantized() || bytes != type.Bytes(count))
            throw new ArgumentException($"{bytes} bytes are not {count} numbers of {type}", nameof(type));
    }
}
