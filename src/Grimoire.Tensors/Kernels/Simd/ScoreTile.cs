using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>
/// Scores of a tile of keys for a tile of query rows, <c>[key, row]</c>: a register holds one key's scores of neighbouring rows, so that
/// maxima and sums over keys need nothing across lanes, and the exponentials are the left factor of the values as they lie.
/// </summary>
/// <param name="spec">Scale, mask and soft-cap.</param>
/// <param name="rows">Query rows.</param>
/// <param name="position">Position of the first row.</param>
/// <param name="firstKey">Position of the first key.</param>
/// <param name="keys">Keys.</param>
/// <param name="share">Query heads that stand side by side as rows: row r belongs to the token r / share.</param>
internal readonly unsafe struct ScoreTile<V>(AttentionSpec spec, int rows, int position, int firstKey, int keys, int share = 1)
    where V : unmanaged, ILanes<V>
{
    /// <summary>Stands for the score of a key that is not seen: its exponential beside any real score is 0.</summary>
    public const float Unseen = -1e30f;

    /// <summary>Query rows.</summary>
    public int Rows => rows;

    /// <summary>Keys.</summary>
    public int Keys => keys;

    /// <summary>Floats from one key's scores to the next's.</summary>
    public nint Stride => StrideOf(rows);

    /// <summary>Floats from one key's scores to the next's where there are so many rows.</summary>
    public static int StrideOf(int rows) => RightFactor<V>.Padded(rows);

    /// <summary>Floats for the scores of so many rows and keys; tiles may read a little beyond the last.</summary>
    public static int Size(int rows, int keys) => (keys + 4) * StrideOf(rows);

    /// <summary>How many of the keys row <paramref name="row"/> or an earlier one may see.</summary>
    public int KeysUpTo(int row) => spec.Causal ? Math.Clamp(position + (row / share) - firstKey + 1, 0, keys) : keys;

    /// <summary>results[key, row] = ⟨key, row⟩ wherever a row of a panel may see a key.</summary>
    public void Multiply(float* panelsK, float* panelsQ, int channels, float* results)
    {
        for (int row = 0; row < rows; row += Tile<V>.Columns)
        {
            int end = KeysUpTo(row + Tile<V>.Columns - 1);
            for (int key = 0; key < end; key += Tile<V>.MaxRows)
            {
                int height = Math.Min(Tile<V>.MaxRows, keys - key);
                Tile<V>.Any(
                    panelsK + ((nint)key * channels), Tile<V>.RowsFor(height), panelsQ + ((nint)row * channels), Tile<V>.Columns, channels,
                    null, 0, results + (key * Stride) + row, Stride, height, Tile<V>.Columns);
            }
        }
    }

    /// <summary>
    /// Turns the scaled inner products of a register's rows with all keys below <see cref="KeysUpTo"/> into scores: capped, and
    /// <see cref="Unseen"/> where a row does not see a key.
    /// </summary>
    public void Scores(float* products, int row)
    {
        int end = KeysUpTo(row + V.Count - 1);
        if (spec.SoftCap > 0)
            Cap(products, end);
        if (spec.Causal)
            Mask(products, row, end);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Cap(float* scores, int end)
    {
        V cap = V.Create(spec.SoftCap), inverse = V.Create(1 / spec.SoftCap);
        nint stride = Stride;
        for (int key = 0; key < end; key++, scores += stride)
            (cap * VectorMath<V>.Tanh(V.Load(scores) * inverse)).Store(scores);
    }

    /// <summary>Hides the last keys, which not all rows of the register have reached, and the first, which some have left behind.</summary>
    private void Mask(float* scores, int row, int end)
    {
        int distance = position + (row / share) - firstKey, last = position + ((row + V.Count - 1) / share) - firstKey;
        Mask(scores, row, distance, Math.Clamp(distance + 1, 0, end), end);
        if (spec.Window > 0)
            Mask(scores, row, distance, 0, Math.Clamp(last - spec.Window + 1, 0, end));
    }

    /// <summary>The first row of the register is <c>distance − key</c> behind a key, the others as many more as they are tokens later.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Mask(float* scores, int row, int distance, int first, int end)
    {
        // (i − (share − 1) / 2) / share is nearest to the whole part of i / share.
        V later = share == 1 ? V.Indices : V.Round((V.Indices + V.Create((row % share) - ((share - 1) * 0.5f))) * V.Create(1f / share));
        V unseen = V.Create(Unseen), behind = V.Create(-0.5f), window = V.Create(spec.Window > 0 ? spec.Window - 0.5f : float.MaxValue);
        for (int key = first; key < end; key++)
        {
            float* at = scores + (key * Stride);
            V distances = V.Create(distance - key) + later;
            V score = V.Select(V.Greater(distances, behind), V.Load(at), unseen);
            V.Select(V.Greater(window, distances), score, unseen).Store(at);
        }
    }
}
