using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Grimoire.Tensors;

/// <summary>Reductions: pieces of fixed size are summed on their own, then added in order.</summary>
internal sealed unsafe partial class SimdKernels<V>
{
    public override void Sum(Tensor x, Tensor y) => *Floats(y) = (float)Total(new SumPieces(Floats(x)), x.Shape.Count);

    public override double SumOfSquares(Tensor x) => Total(new SquarePieces(Floats(x)), x.Shape.Count);

    public override double SumOfSquares(ReadOnlySpan<Tensor> xs)
    {
        long pieces = 0;
        foreach (Tensor x in xs)
            pieces += Pieces(x.Shape.Count);
        double* sums = (double*)Scratch.Shared(2 * Math.Max(pieces, 1));
        var joined = new JoinedJobs<SumJob<SquarePieces>>(Scratch.Plan(JoinedJobs<SumJob<SquarePieces>>.Size(xs.Length)));
        foreach (Tensor x in xs)
            joined.Add(new(new(Floats(x)), x.Shape.Count, sums + joined.Pieces), Pieces(x.Shape.Count));
        Team(ref joined, joined.Pieces);
        return InOrder(sums, joined.Pieces);
    }

    public override void SumGrad(Tensor dy, Tensor dx) => Each(new ShiftOp(Gradient(dx, out bool onto), *Floats(dy), onto), dx.Shape.Count);

    public override void ArgMax(Tensor x, Tensor y) => EachRow(new ArgMaxOp(Floats(x), Ids(y), x.Shape.Last), x.Shape.Rows, x.Shape.Last);

    private double Total<TPiece>(TPiece piece, long count)
        where TPiece : struct, IPiece
    {
        int pieces = Pieces(count);
        double* sums = (double*)Scratch.Shared(2L * Math.Max(pieces, 1));
        var job = new SumJob<TPiece>(piece, count, sums);
        Team(ref job, pieces);
        return InOrder(sums, pieces);
    }

    private static double InOrder(double* sums, int count)
    {
        double total = 0;
        for (int i = 0; i < count; i++)
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
            Vector256<double> s0 = default, s1 = default, s2 = default, s3 = default;
            int i = 0;
            for (; i <= count - 16; i += 16)
            {
                (Vector256<double> a, Vector256<double> b) = Vector256.Widen(Vector256.Load(p + i));
                (Vector256<double> c, Vector256<double> d) = Vector256.Widen(Vector256.Load(p + i + 8));
                s0 += a * a;
                s1 += b * b;
                s2 += c * c;
                s3 += d * d;
            }

            double sum = Vector256.Sum((s0 + s1) + (s2 + s3));
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
