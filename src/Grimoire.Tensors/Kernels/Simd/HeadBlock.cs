using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Grimoire.Tensors;

/// <summary>
/// Rows of one head, which lie among those of the others, gathered into a block beside each other in which tiles read them, and put back. In the block a row is
/// as wide as whole tiles; channels behind the last are zero.
/// </summary>
internal readonly unsafe struct HeadBlock<V>(int channels)
    where V : unmanaged, ILanes<V>
{
    private const int Line = 16; // floats

    private readonly int whole = channels / V.Count * V.Count;

    /// <summary>Floats from one row of the block to the next.</summary>
    public int Width { get; } = RightFactor<V>.Padded(channels);

    /// <summary>Copies rows <paramref name="stride"/> floats apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Gather(float* rows, nint stride, int count, float* block)
    {
        int end = whole, width = Width;
        for (int row = 0; row < count; row++, rows += stride, block += width)
        {
            for (int i = 0; i < end; i += V.Count)
                V.Load(rows + i).Store(block + i);
            if (end < width)
                GatherRest(rows, block);
        }
    }

    /// <summary>Turns rows of the block into panels of columns, <c>[channel, row]</c>; columns that only fill up a panel hold anything.</summary>
    public void Turn(float* block, int count, float* panels)
    {
        byte** rows = stackalloc byte*[V.Count];
        for (int row = 0; row < count; row += V.Count)
        {
            for (int i = 0; i < V.Count; i++)
                rows[i] = (byte*)(block + ((nint)Math.Min(row + i, count - 1) * Width));
            int column = row % Tile<V>.Columns;
            float* to = panels + ((nint)(row - column) * Width) + column;
            for (int channel = 0; channel < Width; channel += V.Count, to += V.Count * Tile<V>.Columns)
                V.Transpose<Single32>(rows, channel, to, Tile<V>.Columns);
        }
    }

    /// <summary>Adds rows of the block to rows <paramref name="stride"/> floats apart, or writes them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Put(float* block, float* rows, nint stride, int count, bool onto)
    {
        int end = whole, width = Width, last = channels;
        for (int row = 0; row < count; row++, block += width, rows += stride)
        {
            for (int i = 0; i < end; i += V.Count)
                (onto ? V.Load(rows + i) + V.Load(block + i) : V.Load(block + i)).Store(rows + i);
            for (int i = end; i < last; i++)
                rows[i] = onto ? rows[i] + block[i] : block[i];
        }
    }

    /// <summary>Asks for rows that are read or written soon.</summary>
    public void Ask(float* rows, nint stride, int count)
    {
        if (!Sse.IsSupported)
            return;
        for (int row = 0; row < count; row++, rows += stride)
        {
            for (int i = 0; i < channels; i += Line)
                Sse.Prefetch1(rows + i);
        }
    }

    private void GatherRest(float* row, float* block)
    {
        new Span<float>(block + whole, Width - whole).Clear();
        new Span<float>(row + whole, channels - whole).CopyTo(new Span<float>(block + whole, channels - whole));
    }
}
