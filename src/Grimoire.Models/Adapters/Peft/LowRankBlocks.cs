using Grimoire.Tensors;

namespace Grimoire.Models.Adapters;

/// <summary>
/// Several low-rank changes as one: the A's below one another and the B's along the diagonal give each layer of a fused module its own change, at the sum of
/// their ranks.
/// </summary>
internal static class LowRankBlocks
{
    /// <summary>Some columns of a matrix, <c>[row, count]</c>.</summary>
    public static Tensor Columns(Tensor matrix, int start, int count)
    {
        Tensor columns = Tensor.Zeros((matrix.Shape[0], count));
        Put(matrix, start, count, columns, 0, 0);
        return columns;
    }

    /// <summary>Copies columns of all rows of a matrix to a place in another.</summary>
    public static void Put(Tensor from, int fromColumn, int count, Tensor to, int toRow, int toColumn)
    {
        ReadOnlySpan<float> values = from.Span<float>();
        Span<float> target = to.Span<float>();
        (int wide, int targetWide) = (from.Shape[1], to.Shape[1]);
        for (int row = 0; row < from.Shape[0]; row++)
            values.Slice((row * wide) + fromColumn, count).CopyTo(target[(((toRow + row) * targetWide) + toColumn)..]);
    }
}
