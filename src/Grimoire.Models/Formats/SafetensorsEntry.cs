using Grimoire.Tensors;

namespace Grimoire.Models.Formats;

/// <summary>One tensor as a safetensors header lists it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The stored type in the format's words, as in <c>BF16</c> or <c>I64</c>.</param>
/// <param name="Shape">The sizes, outermost first.</param>
/// <param name="Offset">Where its bytes begin in the file.</param>
/// <param name="Bytes">How many there are.</param>
public sealed record SafetensorsEntry(string Name, string Type, IReadOnlyList<long> Shape, long Offset, long Bytes)
{
    private static readonly Dictionary<string, int> BitsOfTypes = new(StringComparer.Ordinal)
    {
        ["F64"] = 64,
        ["F32"] = 32,
        ["F16"] = 16,
        ["BF16"] = 16,
        ["I64"] = 64,
        ["I32"] = 32,
        ["I16"] = 16,
        ["I8"] = 8,
        ["U64"] = 64,
        ["U32"] = 32,
        ["U16"] = 16,
        ["U8"] = 8,
        ["BOOL"] = 8,
        ["C64"] = 64,
        ["F8_E4M3"] = 8,
        ["F8_E5M2"] = 8,
        ["F8_E8M0"] = 8,
        ["F6_E2M3"] = 6,
        ["F6_E3M2"] = 6,
        ["F4"] = 4,
    };

    /// <summary>The type of the tensor in memory; null for types that are listed but not computed with.</summary>
    public DType? DType => Type switch
    {
        "F32" => Tensors.DType.F32,
        "F64" => Tensors.DType.F64,
        "F16" => Tensors.DType.F16,
        "BF16" => Tensors.DType.BF16,
        "I32" => Tensors.DType.I32,
        _ => null,
    };

    /// <summary>The number of elements.</summary>
    public long Count => Shape.Aggregate(1L, (count, size) => count * size);

    /// <summary>The bits of an element of a type; null for a type the format does not have.</summary>
    internal static int? BitsOf(string type) => BitsOfTypes.TryGetValue(type, out int bits) ? bits : null;

    /// <summary>The format's word for a type.</summary>
    internal static string NameOf(DType type) => type.ToString();
}
