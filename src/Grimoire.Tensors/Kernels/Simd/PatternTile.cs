using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>Attention's pattern for a tile of query rows and of keys, <c>[row, key]</c>, and its gradient: which of it is there, and what it is.</summary>
/// <param name="spec">Scale, mask and soft-cap.</param>
/// <param name="rows">Query rows.</param>
/// <param name="position">Position of the first row.</param>
/// <param name="firstKey">Position of the first key.</param>
/// <param name="keys">Keys.</param>
internal readonly unsafe struct PatternTile<V>(AttentionSpec spec, int rows, int position, int firstKey, int keys)
    where V : unmanaged, ILanes<V>
{
    private const float Log2E = 1.44269504f;

    /// <summary>Query rows.</summary>
    public int Rows => rows;

    /// <summary>Keys.</summary>
    public int Keys => keys;

    /// <summary>
    /// Floats from one row of the pattern to the next: an odd number of registers, so that rows do not crowd into few sets of the first cache.
    /// </summary>
    public nint Stride => StrideOf(keys);

    /// <summary>Floats from one row to the next where there are so many keys.</summary>
    public static int StrideOf(int keys) => RightFactor<V>.Padded(keys) + V.Count;

    /// <summary>Floats of a pattern; tiles may read and write a row or two beyond the last.</summary>
    public static int Size(int rows, int keys) => (rows + Tile<V>.MaxRows) * StrideOf(keys);

    /// <summary>The first key that row <paramref name="row"/> or a later one sees.</summary>
    public int KeysFrom(int row) => spec.Window > 0 ? Math.Clamp(position + row - spec.Window + 1 - firstKey, 0, keys) : 0;

    /// <summary>One more than the last key that row <paramref name="row"/> or an earlier one sees.</summary>
    public int KeysUpTo(int row) => spec.Causal ? Math.Clamp(position + row + 1 - firstKey, 0, keys) : keys;

    /// <summary>The first row that sees key <paramref name="key"/> or an earlier one.</summary>
    public int RowsFrom(int key) => spec.Causal ? Math.Clamp(firstKey + key - position, 0, rows) : 0;

    /// <summary>One more than the last row that sees key <paramref name="key"/> or a later one.</summary>
    public int RowsUpTo(int key) => spec.Window > 0 ? Math.Clamp(firstKey + key + spec.Window - position, 0, rows) : rows;

    /// <summary>How many rows, the first ones, may have seen a key before the tile's first.</summary>
    public int RowsBegun => firstKey == 0 ? 0 : spec.Window > 0 ? Math.Clamp(firstKey + spec.Window - 1 - position, 0, rows) : rows;

    /// <summary>
    /// Turns inner products of queries and keys into probabilities p, and those of the output's gradient and values into the gradient of the former,
    /// p (⟨dy, value⟩ − ⟨dy, y⟩) ∂score/∂product; both are zero beside the keys that a row sees, as far as a tile of rows or of keys reaches.
    /// </summary>
    /// <param name="row">The first of some rows.</param>
    /// <param name="count">How many.</param>
    /// <param name="products">⟨query, key⟩ of the rows, which become p.</param>
    /// <param name="slopes">⟨dy, value⟩ of the rows, which become the gradient of the products.</param>
    /// <param name="logSums">The logarithm of the sum of each row's exponentials.</param>
    /// <param name="means">⟨dy, y⟩ of each row: the mean of ⟨dy, value⟩ over the keys.</param>
    public void Differentiate(int row, int count, float* products, float* slopes, float* logSums, float* means)
    {
        if (spec.SoftCap > 0)
            Differentiate<Capped>(row, count, products, slopes, logSums, means);
        else
            Differentiate<Plain>(row, count, products, slopes, logSums, means);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Differentiate<TScore>(int first, int count, float* products, float* slopes, float* logSums, float* means)
        where TScore : struct, IScore
    {
        V unit = V.Create(TScore.Unit(spec)), cap = V.Create(spec.SoftCap * Log2E), scale = V.Create(spec.Scale);
        int most = Tile<V>.MaxRows, stride = (int)Stride;
        for (int row = first; row < first + count; row++, products += stride, slopes += stride)
        {
            V shift = V.Create(-logSums[row] * Log2E), center = V.Create(-means[row] * spec.Scale);
            int from = KeysFrom(row), end = KeysUpTo(row), stop = Math.Min(end + most, stride), key = Math.Max(0, from - most) / V.Count * V.Count;
            for (; key < end; key += V.Count)
            {
                V p = TScore.At(V.Load(products + key), V.Load(slopes + key), unit, cap, scale, shift, center, out V slope);
                if (key < from || key + V.Count > end)
                    (p, slope) = (Seen(p, key, from, end), Seen(slope, key, from, end));
                p.Store(products + key);
                slope.Store(slopes + key);
            }

            for (; key < stop; key += V.Count)
            {
                V.Create(0).Store(products + key);
                V.Create(0).Store(slopes + key);
            }
        }
    }

    /// <summary>Zero but from one key to another.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Seen(V x, int key, int from, int end)
    {
        V at = V.Indices + V.Create(key), zero = V.Create(0);
        return V.Select(V.Greater(at, V.Create(from - 0.5f)), V.Select(V.Greater(V.Create(end - 0.5f), at), x, zero), zero);
    }

    private interface IScore
    {
        /// <summary>What the products are multiplied with first.</summary>
        static abstract float Unit(AttentionSpec spec);

        /// <summary>The probability, and the gradient of the product.</summary>
        static abstract V At(V product, V slope, V unit, V cap, V scale, V shift, V center, out V gradient);
    }

    /// <summary>score = scale · product.</summary>
    private readonly struct Plain : IScore
    {
        public static float Unit(AttentionSpec spec) => spec.Scale * Log2E;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V At(V product, V slope, V unit, V cap, V scale, V shift, V center, out V gradient)
        {
            V p = VectorMath<V>.PowerOfTwo(V.MultiplyAdd(product, unit, shift));
            gradient = p * V.MultiplyAdd(slope, scale, center);
            return p;
        }
    }

    /// <summary>score = cap · tanh(scale · product / cap).</summary>
    private readonly struct Capped : IScore
    {
        public static float Unit(AttentionSpec spec) => spec.Scale / spec.SoftCap;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V At(V product, V slope, V unit, V cap, V scale, V shift, V center, out V gradient)
        {
            V tanh = VectorMath<V>.Tanh(product * unit), p = VectorMath<V>.PowerOfTwo(V.MultiplyAdd(tanh, cap, shift));
            gradient = p * V.MultiplyAdd(slope, scale, center) * (V.Create(1) - (tanh * tanh));
            return p;
        }
    }
}
