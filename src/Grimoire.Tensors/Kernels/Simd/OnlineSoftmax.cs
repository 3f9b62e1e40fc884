using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>What a tile of query rows remembers while tiles of keys pass by: largest scores, in powers of two, sums of the powers, sums of values.</summary>
internal readonly unsafe struct OnlineSoftmax<V>
    where V : unmanaged, ILanes<V>
{
    private const float Log2E = 1.44269504f;

    private readonly float* max, sum, rescale, outputs;
    private readonly int rows, width;

    private OnlineSoftmax(int rows, int channels, float* memory)
    {
        (this.rows, width) = (rows, RightFactor<V>.Padded(channels));
        int stride = ScoreTile<V>.StrideOf(rows);
        max = memory;
        sum = max + stride;
        rescale = sum + stride;
        outputs = rescale + stride;
    }

    /// <summary>The state in <see cref="Size"/> floats of memory.</summary>
    public static OnlineSoftmax<V> At(int rows, int channels, float* memory) => new(rows, channels, memory);

    /// <summary>A state that has seen nothing.</summary>
    public static void Begin(int rows, int channels, float* memory)
    {
        var state = new OnlineSoftmax<V>(rows, channels, memory);
        int stride = ScoreTile<V>.StrideOf(rows);
        new Span<float>(state.max, stride).Fill(ScoreTile<V>.Unseen);
        new Span<float>(state.sum, stride).Clear();
        new Span<float>(state.outputs, rows * state.width).Clear();
    }

    /// <summary>Floats that it takes; the last tile of outputs may reach beyond the rows.</summary>
    public static int Size(int rows, int channels) => (3 * ScoreTile<V>.StrideOf(rows)) + ((rows + Tile<V>.MaxRows) * RightFactor<V>.Padded(channels));

    /// <summary>Turns scores into exponentials relative to each row's largest so far, and adds the values they weigh.</summary>
    public void Add(in ScoreTile<V> tile, float* scores, in RightFactor<V> values)
    {
        for (int row = 0; row < rows; row += V.Count)
            Exponentials(tile, scores + row, row);
        for (int row = 0; row < rows; row++)
        {
            if (rescale[row] != 1)
                RowMath<V>.Scale(outputs + ((nint)row * width), rescale[row], width);
        }

        for (int row = 0; row < rows; row += Tile<V>.MaxRows)
        {
            int height = Tile<V>.RowsFor(rows - row), depth = tile.KeysUpTo(row + height - 1);
            if (depth > 0)
                values.Multiply(scores + row, tile.Stride, 0, depth, outputs + ((nint)row * width), width, height, width, accumulate: true);
        }
    }

    /// <summary>Divides a row by its sum and stores it, and returns its largest score, in powers of two, and the sum.</summary>
    public (float Max, float Sum) Finish(int row, int channels, float* y)
    {
        RowMath<V>.Scale(outputs + ((nint)row * width), 1 / sum[row], y, channels);
        return (max[row], sum[row]);
    }

    /// <summary>Scores of a register's rows become powers of two relative to the largest so far: 2^(score log₂ e − max).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Exponentials(in ScoreTile<V> scoreTile, float* column, int row)
    {
        ScoreTile<V> tile = scoreTile;
        nint stride = tile.Stride;
        int end = tile.KeysUpTo(row + V.Count - 1);
        tile.Scores(column, row);
        V unit = V.Create(Log2E), before = V.Load(max + row), largest = V.Max(before, Largest(column, stride, end) * unit);
        V change = VectorMath<V>.PowerOfTwo(before - largest), total = V.Load(sum + row) * change, shift = -largest;
        largest.Store(max + row);
        change.Store(rescale + row);
        float* at = column;
        for (int key = 0; key < end; key++, at += stride)
        {
            V power = VectorMath<V>.PowerOfTwo(V.MultiplyAdd(V.Load(at), unit, shift));
            power.Store(at);
            total += power;
        }

        total.Store(sum + row);
        for (int key = end; key < tile.Keys; key++, at += stride)
            V.Create(0).Store(at);
    }

    /// <summary>The largest of each lane; four chains, because each waits for itself.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static V Largest(float* column, nint stride, int count)
    {
        V a = V.Create(ScoreTile<V>.Unseen), b = a, c = a, d = a;
        int key = 0;
        for (; key <= count - 4; key += 4, column += 4 * stride)
        {
            (a, b) = (V.Max(a, V.Load(column)), V.Max(b, V.Load(column + stride)));
            (c, d) = (V.Max(c, V.Load(column + (2 * stride))), V.Max(d, V.Load(column + (3 * stride))));
        }

        for (; key < count; key++, column += stride)
            a = V.Max(a, V.Load(column));
        return V.Max(V.Max(a, b), V.Max(c, d));
    }
}
