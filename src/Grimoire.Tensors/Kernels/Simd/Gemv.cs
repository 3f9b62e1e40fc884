using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>
/// <c>y = x Wᵀ + b</c> for one to four rows x: decoding. The weights are read once, in place, one row after the other, as fast as memory gives them.
/// </summary>
/// <remarks>Rows of y are <paramref name="stride"/> floats apart.</remarks>
internal readonly unsafe struct Gemv<V, T>(float* x, byte* weight, float* bias, float* y, nint stride, int rows, int inputs, int outputs) : IJob
    where V : unmanaged, ILanes<V>
    where T : struct, IElement
{
    public const int MaxRows = 4;

    /// <summary>Weights of one piece of work.</summary>
    private const int PieceSize = 1 << 15;

    public static void Multiply(float* x, byte* weight, float* bias, float* y, int rows, int inputs, int outputs, int threads)
    {
        var job = new Gemv<V, T>(x, weight, bias, y, outputs, rows, inputs, outputs);
        ThreadTeam.Shared.Run(ref job, (outputs + job.Piece - 1) / job.Piece, threads);
    }

    private int Piece => Math.Max(1, PieceSize / inputs);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(int index)
    {
        int end = Math.Min(outputs, (index + 1) * Piece);
        for (int o = index * Piece; o < end; o++)
        {
            nint row = (nint)o * inputs;
            if (rows == 1)
                y[o] = Dot(row) + (bias == null ? 0 : bias[o]);
            else
                Dots(row, o);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private float Dot(nint row)
    {
        V s0 = V.Create(0), s1 = s0, s2 = s0, s3 = s0;
        int k = 0, w = V.Count;
        for (; k <= inputs - (4 * w); k += 4 * w)
        {
            s0 = V.MultiplyAdd(T.Load<V>(weight, row + k), V.Load(x + k), s0);
            s1 = V.MultiplyAdd(T.Load<V>(weight, row + k + w), V.Load(x + k + w), s1);
            s2 = V.MultiplyAdd(T.Load<V>(weight, row + k + (2 * w)), V.Load(x + k + (2 * w)), s2);
            s3 = V.MultiplyAdd(T.Load<V>(weight, row + k + (3 * w)), V.Load(x + k + (3 * w)), s3);
        }

        for (; k <= inputs - w; k += w)
            s0 = V.MultiplyAdd(T.Load<V>(weight, row + k), V.Load(x + k), s0);
        float sum = V.Sum((s0 + s1) + (s2 + s3));
        for (; k < inputs; k++)
            sum += T.At(weight, row + k) * x[k];
        return sum;
    }

    /// <summary>Two to four rows share each weight; a missing row repeats the first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Dots(nint row, int o)
    {
        float* x1 = x + inputs, x2 = rows > 2 ? x1 + inputs : x, x3 = rows > 3 ? x2 + inputs : x;
        V s0 = V.Create(0), s1 = s0, s2 = s0, s3 = s0;
        int k = 0;
        for (; k <= inputs - V.Count; k += V.Count)
        {
            V w = T.Load<V>(weight, row + k);
            s0 = V.MultiplyAdd(w, V.Load(x + k), s0);
            s1 = V.MultiplyAdd(w, V.Load(x1 + k), s1);
            s2 = V.MultiplyAdd(w, V.Load(x2 + k), s2);
            s3 = V.MultiplyAdd(w, V.Load(x3 + k), s3);
        }

        float* sums = stackalloc float[] { V.Sum(s0), V.Sum(s1), V.Sum(s2), V.Sum(s3) };
        for (int r = 0; r < rows; r++)
        {
            for (int i = k; i < inputs; i++)
                sums[r] += T.At(weight, row + i) * x[(r * inputs) + i];
            y[(r * stride) + o] = sums[r] + (bias == null ? 0 : bias[o]);
        }
    }
}
