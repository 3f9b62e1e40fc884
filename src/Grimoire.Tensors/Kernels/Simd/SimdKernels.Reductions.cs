using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Grimoire.Tensors;

/// <summary>Reductions: pieces of fixed size are summed on their own, then added in order.</summary>
internal sealed unsafe partial class SimdKernels<V>
{
    public override void Sum(Tensor x, Tensor y) => *Floats(y) = (float)Total(new SumPieces(Floats(x)), x.Shape.Count);

    public override double SumOfSquares(Tensor x) => Total(new SquarePieces(Floats(x)), x.Shape.Count);

    public override void SumGrad(Tensor dy, Tensor dx) => Each(new ShiftOp(Gradient(dx, out bool onto), *Floats(dy), onto), dx.Shape.Count);

    public override void ArgMax(Tensor x, Tensor y) => EachRow(new ArgMaxOp(Floats(x), Ids(y), x.Shape.Last), x.Shape.Rows, x.Shape.Last);

    private double Total<TPiece>(TPiece piece, long count)
        where TPiece : struct, IPiece
    {
        int pieces = (int)((count + PieceSize - 1) / PieceSize);
        double* sums = (double*)Scratch.Shared(2L * Math.Max(pieces, 1));
        var job = new SumJob<TPiece>(piece, count, sums);
        Team(ref job, pieces);
        double total = 0;
        for (int i = 0; i < pieces; i++)
            total += sums[i];
        return total;
    }

    private interface IPiece
    {
        double Sum(nint start, int count);
    }

    private readonly struct SumJob<TPiece>(TPiece piece, long count, double* sums) : IJob
        where TPiece : struct, IPiece
    {
        public void Run(int index)
        {
            nint start = (nint)index * PieceSize;
            sums[index] = piece.Sum(start, (int)Math.Min(PieceSize, count - start));
        }
    }

    private readonly struct SumPieces(float* x) : IPiece
    {
        public double Sum(nint start, int count) => RowMath<V>.Sum(x + start, count);
    }

    /// <summary>Squares in float64, so that neither large nor small numbers are lost.</summary>
    private readonly struct SquarePieces(float* x) : IPiece
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public double Sum(nint start, int count)
        {
            float* p = x + start;
            Vector128<double> s0 = default, s1 = default, s2 = default, s3 = default;
            int i = 0;
            for (; i <= count - 8; i += 8)
            {
                (Vector128<double> a, Vector128<double> b) = Vector128.Widen(Vector128.Load(p + i));
                (Vector128<double> c, Vector128<double> d) = Vector128.Widen(Vector128.Load(p + i + 4));
                s0 += a * a;
                s1 += b * b;
                s2 += c * c;
                s3 += d * d;
            }

            double sum = Vector128.Sum((s0 + s1) + (s2 + s3));
            for (; i < count; i++)
                sum += (double)p[i] * p[i];
            return sum;
        }
    }

    private readonly struct ShiftOp(float* x, float value, bool onto) : IElementwise<V>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void At<A>(nint i, A lanes)
            where A : struct, IAccess<V> => lanes.Store(x + i, onto ? lanes.Load(x + i) + V.Create(value) : V.Create(value));
    }

    private readonly struct ArgMaxOp(float* x, int* y, int columns) : IRowwise
    {
        public void Row(int row)
        {
            float* first = x + ((nint)row * columns);
            var values = new ReadOnlySpan<float>(first, columns);
            y[row] = Math.Max(0, values.IndexOf(RowMath<V>.Max(first, columns)));
        }
    }
}
