namespace Grimoire.Tensors;

/// <summary>How one element of a <see cref="Tensor"/> is stored.</summary>
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
}

/// <summary>Sizes of the element types.</summary>
public static class DTypes
{
    /// <summary>Bytes of one element.</summary>
    public static int Size(this DType type) => type switch
    {
        DType.F32 or DType.I32 => 4,
        DType.F64 => 8,
        DType.F16 or DType.BF16 => 2,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };

    /// <summary>Whether values of the type are real numbers.</summary>
    public static bool IsFloat(this DType type) => type != DType.I32;
}
