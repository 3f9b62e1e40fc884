using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>
/// How the elements of a <see cref="Tensor"/> are stored: each on its own, or quantised in blocks of 32 or 256 along a row, as GGUF files do. A block holds
/// small integers and the scales that turn them back into numbers; its layout is described at the type of its name in Kernels/Quantized.
/// </summary>
public enum DType : byte
{
    /// <summary>IEEE 754 binary32: every activation, gradient and trainable weight.</summary>
    F32,

    /// <summary>IEEE 754 binary64: reference runs and gradient checks.</summary>
    F64,

    /// <summary>IEEE 754 binary16: stored weights.</summary>
    F16,

    /// <summary>bfloat16, the upper half of a binary32: stored weights.</summary>
    BF16,

    /// <summary>32-bit signed integers: token ids, positions, targets.</summary>
    I32,

    /// <summary>4 bits and a scale: 4.5 bits a weight.</summary>
    Q4_0,

    /// <summary>4 bits, a scale and a minimum: 5 bits a weight.</summary>
    Q4_1,

    /// <summary>5 bits and a scale: 5.5 bits a weight.</summary>
    Q5_0,

    /// <summary>5 bits, a scale and a minimum: 6 bits a weight.</summary>
    Q5_1,

    /// <summary>8 bits and a scale: 8.5 bits a weight.</summary>
    Q8_0,

    /// <summary>2 bits, a scale and a minimum for every 16: 2.625 bits a weight.</summary>
    Q2_K,

    /// <summary>3 bits and a scale for every 16: 3.4375 bits a weight.</summary>
    Q3_K,

    /// <summary>4 bits, a scale and a minimum for every 32: 4.5 bits a weight.</summary>
    Q4_K,

    /// <summary>5 bits, a scale and a minimum for every 32: 5.5 bits a weight.</summary>
    Q5_K,

    /// <summary>6 bits and a scale for every 16: 6.5625 bits a weight.</summary>
    Q6_K,

    /// <summary>4 bits on an uneven grid and a scale: 4.5 bits a weight.</summary>
    IQ4_NL,

    /// <summary>4 bits on an uneven grid and a scale for every 32: 4.25 bits a weight.</summary>
    IQ4_XS,

    /// <summary>4-bit floats and a power of two, the OCP's MXFP4: 4.25 bits a weight.</summary>
    MXFP4,
}

/// <summary>Sizes of the element types.</summary>
public static class DTypes
{
    /// <summary>Bytes of one element that is stored on its own.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The type is stored in blocks: see <see cref="BlockBytes"/> and <see cref="Bytes"/>.</exception>
    public static int Size(this DType type) => type switch
    {
        DType.F32 or DType.I32 => 4,
        DType.F64 => 8,
        DType.F16 or DType.BF16 => 2,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "one element has no size of its own"),
    };

    /// <summary>Whether an element is a floating-point number of its own.</summary>
    public static bool IsFloat(this DType type) => type <= DType.BF16;

    /// <summary>Whether elements are stored in blocks.</summary>
    public static bool IsQuantized(this DType type) => type > DType.I32;

    /// <summary>Elements of a block; 1 where elements are stored on their own. A row of a quantised tensor is whole blocks.</summary>
    public static int BlockSize(this DType type) => type switch
    {
        <= DType.I32 => 1,
        DType.Q2_K or DType.Q3_K or DType.Q4_K or DType.Q5_K or DType.Q6_K or DType.IQ4_XS => 256,
        _ => 32,
    };

    /// <summary>Bytes of a block, or of an element that is stored on its own.</summary>
    public static int BlockBytes(this DType type) => type switch
    {
        DType.Q4_0 or DType.IQ4_NL => 18,
        DType.Q4_1 => 20,
        DType.Q5_0 => 22,
        DType.Q5_1 => 24,
        DType.Q8_0 => 34,
        DType.Q2_K => 84,
        DType.Q3_K => 110,
        DType.Q4_K => 144,
        DType.Q5_K => 176,
        DType.Q6_K => 210,
        DType.IQ4_XS => 136,
        DType.MXFP4 => 17,
        _ => type.Size(),
    };

    /// <summary>Bytes of so many elements.</summary>
    /// <exception cref="ArgumentException">They are not whole blocks.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Bytes(this DType type, long elements) => type is DType.F32 or DType.I32 ? 4 * elements : BytesOfAny(type, elements);

    private static long BytesOfAny(DType type, long elements)
    {
        if (!type.IsQuantized())
            return elements * type.Size(); // asked for each panel that is packed: no division
        (long blocks, long rest) = Math.DivRem(elements, type.BlockSize());
        return rest == 0
            ? blocks * type.BlockBytes()
            : throw new ArgumentException($"{elements} elements are not whole blocks of {type.BlockSize()}, as {type} is stored in", nameof(elements));
    }
}
