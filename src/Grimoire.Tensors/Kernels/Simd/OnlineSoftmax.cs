using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>What a tile of query rows remembers while tiles of keys pass by: largest scores, sums of exponentials, sums of values.</summary>
internal unsafe struct OnlineSoftmax<V>
    where V : unmanaged, ILanes<V>
{
    private readonly float* max, sum, rescale, outputs;
    private readonly int rows, width;
    private bool begun;

    /// <summary>Begins with nothing seen, in <see cref="Size"/> floats of memory.</summary>
    public OnlineSoftmax(int rows, int channels, float* memory)
    {
        (this.rows, width) = (rows, RightFactor<V>.Padded(channels));
        int stride = ScoreTile<V>.StrideOf(rows);
        max = memory;
        sum = max + stride;
        rescale = sum + stride;
        outputs = rescale + stride;
        new Span<float>(max, stride).Fill(ScoreTile<V>.Unseen);
        new Span<float>(sum, stride).Clear();
        new Span<float>(outputs, rows * width).Clear();
    }

    /// <summary>Floats that it takes; the last tile of outputs may reach beyond the rows.</summary>
    public static int Size(int rows, int channels) => (3 * ScoreTile<V>.StrideOf(rows)) + ((rows + Tile<V>.MaxRows) * RightFactor<V>.Padded(channels));

    /// <summary>Turns scores into exponentials relative to each row's largest so far, and adds the values they weigh.</summary>
    public void Add(in ScoreTile<V> tile, float* scores, in RightFactor<V> values)
    {
        for (int row = 0; row < rows; row += V.Count)
            Exponentials(tile, scores + row, row);
        for (int row = 0; begun && row < rows; row++)
        {
            if (rescale[row] != 1)
                RowMath<V>.Scale(outputs + ((nint)row * width), rescale[row], width);
        }

        begun = true;
        for (int row = 0; row < rows; row += Tile<V>.MaxRows)
        {
            int height = Tile<V>.RowsFor(rows - row), depth = tile.KeysUpTo(row + height - 1);
            if (depth > 0)
                values.Multiply(scores + row, tile.Stride, 0, depth, outputs + ((nint)row * width), width, height, width, accumulate: true);
        }
    }

    /// <summary>Divides by the sums and stores rows and the logarithms of their sums.</summary>
    public readonly void Finish(int channels, float* y, nint stride, float* logSumExp, nint logStride)
    {
        for (int row = 0; row < rows; row++)
        {
            RowMath<V>.Scale(outputs + ((nint)row * width), 1 / sum[row], y + (row * stride), channels);
            logSumExp[row * logStride] = max[row] + MathF.Log(sum[row]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Exponentials(in ScoreTile<V> scoreTile, float* column, int row)
    {
        ScoreTile<V> tile = scoreTile;
        nint stride = tile.Stride;
        int end = tile.KeysUpTo(row + V.Count - 1);
        tile.Scores(column, row);
        V before = V.Load(max + row), largest = before;
        float* at = column;
        for (int key = 0; key < end; key++, at += stride)
            largest = V.Max(largest, V.Load(at));

        V change = VectorMath<V>.Exp(before - largest), total = V.Load(sum + row) * change;
        largest.Store(max + row);
        change.Store(rescale + row);
        at = column;
        for (int key = 0; key < end; key++, at += stride)
        {
            V exp = VectorMath<V>.Exp(V.Load(at) - largest);
            exp.Store(at);
            total += exp;
        }

        total.Store(sum + row);
        for (int key = end; key < tile.Keys; key++, at += stride)
            V.Create(0).Store(at);
    }
}
