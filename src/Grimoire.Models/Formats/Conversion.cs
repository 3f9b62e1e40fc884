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

    /// <summary>
    /// One of several equal parts of the outputs of a stored layer: of a matrix <c>[in, parts · out]</c>, turned to <c>[out, in]</c>; of a bias
    /// <c>[parts · out]</c>, cut out.
    /// </summary>
    public static Tensor TransposedPart(Tensor stored, int part, int parts) => stored.DType.Size() switch
    {
        2 => TransposedPart<ushort>(stored, part, parts),
        4 => TransposedPart<float>(stored, part, parts),
        _ => TransposedPart<double>(stored, part, parts),
    };

    /// <summary>The inverse of <see cref="TransposedPart(Tensor, int, int)"/>: layers <c>[out, in]</c> side by side as one <c>[in, parts · out]</c>.</summary>
    public static Tensor TransposedTogether(IReadOnlyList<Tensor> parts) => parts[0].DType.Size() switch
    {
        2 => TransposedTogether<ushort>(parts),
        4 => TransposedTogether<float>(parts),
        _ => TransposedTogether<double>(parts),
    };

    /// <summary>Whether two tensors of one shape hold the same numbers, in whatever types.</summary>
    public static bool HaveSameValues(Tensor a, Tensor b)
    {
        DType type = a.DType == b.DType ? a.DType : DType.F32;
        Tensor left = a.To(type, ""), right = b.To(type, "");
        return type.Size() switch
        {
            2 => left.Span<ushort>().SequenceEqual(right.Span<ushort>()),
            4 => MemoryMarshal.Cast<float, uint>(left.Span<float>()).SequenceEqual(MemoryMarshal.Cast<float, uint>(right.Span<float>())),
            _ => left.Span<double>().SequenceEqual(right.Span<double>()),
        };
    }

    private static Tensor TransposedPart<T>(Tensor stored, int part, int parts)
        where T : unmanaged
    {
        int outputs = stored.Shape.Last / parts;
        if (stored.Shape.Rank == 1)
        {
            Tensor bias = Tensor.Zeros(outputs, stored.DType);
            stored.Span<T>().Slice(part * outputs, outputs).CopyTo(bias.Span<T>());
            return bias;
        }

        int inputs = stored.Shape[0];
        Tensor weight = Tensor.Zeros((outputs, inputs), stored.DType);
        Transpose<T>(stored.Span<T>()[(part * outputs)..], stored.Shape.Last, weight.Span<T>(), inputs, inputs, outputs);
        return weight;
    }

    private static Tensor TransposedTogether<T>(IReadOnlyList<Tensor> parts)
        where T : unmanaged
    {
        int outputs = parts[0].Shape[0], stride = outputs * parts.Count;
        bool isBias = parts[0].Shape.Rank == 1;
        Tensor stored = Tensor.Zeros(isBias ? stride : (parts[0].Shape[1], stride), parts[0].DType);
        for (int part = 0; part < parts.Count; part++)
        {
            Span<T> from = parts[part].Span<T>(), to = stored.Span<T>()[(part * outputs)..];
            if (isBias)
                from.CopyTo(to);
            else
                Transpose<T>(from, parts[part].Shape[1], to, stride, outputs, parts[part].Shape[1]);
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
