using System.Runtime.InteropServices;
using Grimoire.Tensors;

namespace Grimoire.Models.Formats;

/// <summary>Tensors in another type or layout, as copies.</summary>
internal static class Conversion
{
    private const int Tile = 32;

    /// <summary>The values in another type, rounded to the nearest; the tensor itself if it has that type already.</summary>
    /// <exception cref="GrimoireException">A finite value is too large for the type.</exception>
    public static Tensor To(this Tensor tensor, DType type, string name)
    {
        if (tensor.DType == type)
            return tensor;
        Tensor copy = Tensor.Zeros(tensor.Shape, type);
        Kernels.Simd.Copy(tensor, copy);
        if (type == DType.F16 && copy.Span<Half>().ContainsAny(Half.PositiveInfinity, Half.NegativeInfinity))
            throw new GrimoireException($"weight {name} has values beyond ±65504, the range of F16; store it as BF16 or F32.");
        return copy;
    }

    /// <summary>The values plus a number, in F32.</summary>
    public static Tensor Plus(this Tensor tensor, float offset)
    {
        Tensor sum = Tensor.Zeros(tensor.Shape);
        Kernels.Simd.Fill(sum, offset);
        Kernels.Simd.Accumulate(tensor.To(DType.F32, ""), 1, sum);
        return sum;
    }

    /// <summary>Some outputs of a matrix stored <c>[in, out]</c>, as <c>[count, in]</c>.</summary>
    public static Tensor TransposedRows(this Tensor stored, int start, int count) => stored.DType.Size() switch
    {
        2 => TransposedRows<ushort>(stored, start, count),
        4 => TransposedRows<float>(stored, start, count),
        _ => TransposedRows<double>(stored, start, count),
    };

    /// <summary>Matrices <c>[out, in]</c> side by side as one <c>[in, Σ out]</c>.</summary>
    public static Tensor JoinedTransposed(IReadOnlyList<Tensor> parts) => parts[0].DType.Size() switch
    {
        2 => JoinedTransposed<ushort>(parts),
        4 => JoinedTransposed<float>(parts),
        _ => JoinedTransposed<double>(parts),
    };

    /// <summary>Tensors of one type below one another, <c>[Σ out, …]</c>.</summary>
    public static Tensor Joined(IReadOnlyList<Tensor> parts)
    {
        Tensor joined = Tensor.Zeros(parts[0].Shape.WithFirst(parts.Sum(part => part.Shape[0])), parts[0].DType);
        int at = 0;
        foreach (Tensor part in parts)
        {
            Kernels.Simd.CopyRows(part, 0, part.Shape[0], joined, at);
            at += part.Shape[0];
        }

        return joined;
    }

    /// <summary>Whether two tensors of one shape hold the same numbers, in whatever types.</summary>
    public static bool HaveSameValues(Tensor a, Tensor b)
    {
        DType type = a.DType == b.DType && !a.DType.IsQuantized() ? a.DType : DType.F32;
        Tensor left = a.To(type, ""), right = b.To(type, "");
        return type.Size() switch
        {
            2 => left.Span<ushort>().SequenceEqual(right.Span<ushort>()),
            4 => MemoryMarshal.Cast<float, uint>(left.Span<float>()).SequenceEqual(MemoryMarshal.Cast<float, uint>(right.Span<float>())),
            _ => left.Span<double>().SequenceEqual(right.Span<double>()),
        };
    }

    private static Tensor TransposedRows<T>(Tensor stored, int start, int count)
        where T : unmanaged
    {
        int inputs = stored.Shape[0];
        Tensor weight = Tensor.Zeros((count, inputs), stored.DType);
        Transpose<T>(stored.Span<T>()[start..], stored.Shape.Last, weight.Span<T>(), inputs, inputs, count);
        return weight;
    }

    private static Tensor JoinedTransposed<T>(IReadOnlyList<Tensor> parts)
        where T : unmanaged
    {
        int inputs = parts[0].Shape[1], total = parts.Sum(part => part.Shape[0]), at = 0;
        Tensor stored = Tensor.Zeros((inputs, total), parts[0].DType);
        foreach (Tensor part in parts)
        {
            Transpose<T>(part.Span<T>(), inputs, stored.Span<T>()[at..], total, part.Shape[0], inputs);
            at += part.Shape[0];
        }

        return stored;
    }

    /// <summary>to[c, r] = from[r, c], in tiles that stay in the cache.</summary>
    private static void Transpose<T>(ReadOnlySpan<T> from, int fromStride, Span<T> to, int toStride, int rows, int columns)
    {
        for (int row0 = 0; row0 < rows; row0 += Tile)
        {
            for (int column0 = 0; column0 < columns; column0 += Tile)
            {
                for (int column = column0; column < Math.Min(column0 + Tile, columns); column++)
                {
                    for (int row = row0; row < Math.Min(row0 + Tile, rows); row++)
                        to[(column * toStride) + row] = from[(row * fromStride) + column];
                }
            }
        }
    }
}
