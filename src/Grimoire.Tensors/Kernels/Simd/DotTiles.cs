using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>
/// <c>y = x Wᵀ + b</c> for some five to thirty rows x, as when a batch of sequences is decoded: too few to repay the packing of the weights, too many
/// to read them once for each. Tiles of two rows and four outputs run along the inputs in registers.
/// </summary>
/// <remarks>Rows of y are <paramref name="stride"/> floats apart.</remarks>
internal readonly unsafe struct DotTiles<V, T>(float* x, byte* weight, float* bias, float* y, nint stride, int rows, int inputs, int outputs) : IJob
    where V : unmanaged, ILanes<V>
    where T : struct, IElement
{
    /// <summary>From here on packing is worth its price.</summary>
    public const int MaxRows = 32;

    /// <summary>Below this the sums across lanes, one for each output, cost too much.</summary>
    public const int MinInputs = 256;

    /// <summary>Outputs of a tile.</summary>
    public const int Outputs = 4;

    /// <summary>Outputs of one piece of work.</summary>
    private int Piece => Math.Max(Outputs, (1 << 17) / (rows * inputs) / Outputs * Outputs);

    public static void Multiply(float* x, byte* weight, float* bias, float* y, int rows, int inputs, int outputs, int threads)
    {
        var job = new DotTiles<V, T>(x, weight, bias, y, outputs, rows, inputs, outputs);
        ThreadTeam.Shared.Run(ref job, (outputs + job.Piece - 1) / job.Piece, threads);
    }

    public void Run(int index)
    {
        int end = Math.Min(outputs, (index + 1) * Piece);
        float* sums = stackalloc float[2 * Outputs];
        for (int o = index * Piece; o < end; o += Outputs)
        {
            for (int row = 0; row < rows; row += 2)
            {
                Tile(row, Math.Min(row + 1, rows - 1), o, Math.Min(Outputs, end - o) - 1, sums);
                for (int i = 0; i < 2 * Outputs; i++)
                {
                    int r = row + (i / Outputs), output = o + (i % Outputs);
                    if (r < rows && output < end)
                        y[(r * stride) + output] = sums[i] + (bias == null ? 0 : bias[output]);
                }
            }
        }
    }

    /// <summary>Inner products of two rows with four outputs; an output that is not there repeats the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Tile(int row0, int row1, int output, int last, float* sums)
    {
        float* a = x + ((nint)row0 * inputs), b = x + ((nint)row1 * inputs);
        nint w0 = (nint)output * inputs, w1 = w0 + ((nint)Math.Min(1, last) * inputs), w2 = w0 + ((nint)Math.Min(2, last) * inputs), w3 = w0 + ((nint)last * inputs);
        V a0 = V.Create(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
        int k = 0;
        for (; k <= inputs - V.Count; k += V.Count)
        {
            V xa = V.Load(a + k), xb = V.Load(b + k), w = T.Load<V>(weight, w0 + k);
            a0 = V.MultiplyAdd(w, xa, a0);
            b0 = V.MultiplyAdd(w, xb, b0);
            w = T.Load<V>(weight, w1 + k);
            a1 = V.MultiplyAdd(w, xa, a1);
            b1 = V.MultiplyAdd(w, xb, b1);
            w = T.Load<V>(weight, w2 + k);
            a2 = V.MultiplyAdd(w, xa, a2);
            b2 = V.MultiplyAdd(w, xb, b2);
            w = T.Load<V>(weight, w3 + k);
            a3 = V.MultiplyAdd(w, xa, a3);
            b3 = V.MultiplyAdd(w, xb, b3);
        }

        (sums[0], sums[1], sums[2], sums[3]) = (V.Sum(a0), V.Sum(a1), V.Sum(a2), V.Sum(a3));
        (sums[4], sums[5], sums[6], sums[7]) = (V.Sum(b0), V.Sum(b1), V.Sum(b2), V.Sum(b3));
        for (; k < inputs; k++)
        {
            float c0 = T.At(weight, w0 + k), c1 = T.At(weight, w1 + k), c2 = T.At(weight, w2 + k), c3 = T.At(weight, w3 + k);
            (sums[0], sums[1], sums[2], sums[3]) = (sums[0] + (c0 * a[k]), sums[1] + (c1 * a[k]), sums[2] + (c2 * a[k]), sums[3] + (c3 * a[k]));
            (sums[4], sums[5], sums[6], sums[7]) = (sums[4] + (c0 * b[k]), sums[5] + (c1 * b[k]), sums[6] + (c2 * b[k]), sums[7] + (c3 * b[k]));
        }
    }
}
