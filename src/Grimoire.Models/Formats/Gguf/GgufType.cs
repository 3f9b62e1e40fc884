namespace Grimoire.Models.Formats;

/// <summary>The types of metadata values, numbered as in the file.</summary>
public enum GgufType
{
    /// <summary>A byte.</summary>
    UInt8,

    /// <summary>A signed byte.</summary>
    Int8,

    /// <summary>16 bits.</summary>
    UInt16,

    /// <summary>16 bits, signed.</summary>
    Int16,

    /// <summary>32 bits.</summary>
    UInt32,

    /// <summary>32 bits, signed.</summary>
    Int32,

    /// <summary>IEEE 754 binary32.</summary>
    Float32,

    /// <summary>A byte that is 0 or 1.</summary>
    Bool,

    /// <summary>A length of 64 bits and so many bytes of UTF-8.</summary>
    String,

    /// <summary>The type of the elements, their number in 64 bits, and the elements.</summary>
    Array,

    /// <summary>64 bits.</summary>
    UInt64,

    /// <summary>64 bits, signed.</summary>
    Int64,

    /// <summary>IEEE 754 binary64.</summary>
    Float64,
}

/// <summary>Sizes of metadata values.</summary>
internal static class GgufTypes
{
    /// <summary>The bytes of a value of a fixed size; 0 for strings and arrays.</summary>
    public static int Size(this GgufType type) => type switch
    {
        GgufType.UInt8 or GgufType.Int8 or GgufType.Bool => 1,
        GgufType.UInt16 or GgufType.Int16 => 2,
        GgufType.UInt32 or GgufType.Int32 or GgufType.Float32 => 4,
        GgufType.UInt64 or GgufType.Int64 or GgufType.Float64 => 8,
        _ => 0,
    };
}
