using System.Collections.Frozen;
using Grimoire.Tensors;

namespace Grimoire.Models.Formats;

/// <summary>One tensor as the head of a file lists it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The stored type in the format's words, as in <c>BF16</c>, <c>I64</c> or <c>Q4_K</c>.</param>
/// <param name="Shape">The sizes, outermost first.</param>
/// <param name="Offset">Where its bytes begin in the file.</param>
/// <param name="Bytes">How many there are.</param>
public sealed record TensorEntry(string Name, string Type, IReadOnlyList<long> Shape, long Offset, long Bytes)
{
    private static readonly FrozenDictionary<string, DType> Types =
        Enum.GetValues<DType>().ToFrozenDictionary(type => type.ToString(), StringComparer.Ordinal);

    /// <summary>The type of the tensor in memory; null for types that are listed but not computed with.</summary>
    public DType? DType => Types.TryGetValue(Type, out DType type) ? type : null;

    /// <summary>The number of elements.</summary>
    public long Count => Shape.Aggregate(1L, (count, size) => count * size);

    /// <summary>The tensor over its mapped file.</summary>
    /// <exception cref="GrimoireException">It has a type or shape that is not computed with.</exception>
    internal unsafe Tensor In(MappedFile file)
    {
        if (DType is not { } type)
        {
            throw new GrimoireException(
                $"{file.Path}: tensor {Name} is stored as {Type}; {string.Join(", ", Enum.GetValues<DType>())} can be loaded.");
        }

        return Tensor.Over(file.At(Offset, Bytes), InMemory(file), type, file);
    }

    private Shape InMemory(MappedFile file)
    {
        if (Shape.Count > 4 || Shape.Any(size => size > int.MaxValue))
        {
            throw new GrimoireException(
                $"{file.Path}: tensor {Name} of shape [{string.Join(", ", Shape)}] is too large; at most four axes of 2³¹ − 1 are supported.");
        }

        int Size(int axis) => (int)Shape[axis];
        return Shape.Count switch
        {
            0 => Tensors.Shape.Scalar,
            1 => new(Size(0)),
            2 => new(Size(0), Size(1)),
            3 => new(Size(0), Size(1), Size(2)),
            _ => new(Size(0), Size(1), Size(2), Size(3)),
        };
    }
}
