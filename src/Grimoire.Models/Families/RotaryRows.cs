using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>
/// The two orders of a head's rows: GGUF's <c>llama</c> puts the two channels that rotate together side by side (2i, 2i + 1), Hugging Face half
/// the rotated channels apart (i, i + d/2). A row is moved whole, so its type does not matter.
/// </summary>
internal static class RotaryRows
{
    /// <summary>A copy with the rows of each head in the other order.</summary>
    /// <param name="rows">Rows of whole heads, <c>[head · channel, …]</c>.</param>
    /// <param name="headDim">Channels of a head.</param>
    /// <param name="rotated">How many of them rotate; the others stay.</param>
    /// <param name="interleaved">The order wanted.</param>
    public static Tensor Reordered(Tensor rows, int headDim, int rotated, bool interleaved)
    {
        Tensor reordered = Tensor.Zeros(rows.Shape, rows.DType);
        for (int head = 0; head < rows.Shape[0]; head += headDim)
        {
            for (int i = 0; i < headDim; i++)
            {
                int half = rotated / 2, apart = i < rotated ? (i / 2) + (i % 2 * half) : i;
                (int from, int to) = interleaved ? (apart, i) : (i, apart);
                Kernels.Simd.CopyRows(rows, head + from, 1, reordered, head + to);
            }
        }

        return reordered;
    }
}
