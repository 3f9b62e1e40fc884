using System.Runtime.Intrinsics;

namespace Grimoire.Tensors;

/// <summary>
/// Numbers in blocks of small integers, as GGUF files store weights: the types of <see cref="DTypes.IsQuantized"/>. Decoded numbers are ggml's, bit for bit.
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
        if (!type.IsQuantized() || blocks.Length != type.Bytes(values.Length))
            throw new ArgumentException($"{blocks.Length} bytes are not {values.Length} numbers of {type}", nameof(blocks));
        fixed (byte* from = blocks)
        fixed (float* to = values)
            Decode(type, from, to, values.Length);
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
}
