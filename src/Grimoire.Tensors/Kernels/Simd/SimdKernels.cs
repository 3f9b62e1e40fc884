using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>
/// Kernels in registers of one width on some threads. Work is cut into pieces of fixed size, so that the bits do not depend on who does which; what is smaller
/// than two pieces stays on the calling thread.
/// </summary>
internal sealed unsafe partial class SimdKernels<V>(int threads) : Kernels
    where V : unmanaged, ILanes<V>
{
    /// <summary>Floats in a piece of work: about a microsecond of it.</summary>
    private const int PieceSize = 8192;

    /// <summary>Columns of a piece where each column takes all rows.</summary>
    private const int StripSize = 64;

    /// <inheritdoc/>
    public override int Threads => threads;

    /// <inheritdoc/>
    public override string ToString() => $"SIMD, {V.Count * 32} bits, {threads} threads";

    private static float* Floats(Tensor x) => x.DType == DType.F32
        ? (float*)x.Data
        : throw new InvalidOperationException($"these kernels compute in F32, not {x.DType}; Kernels.Reference computes in any type");

    private static float* FloatsOrNull(Tensor? x) => x is null ? null : Floats(x);

    /// <summary>A gradient: numbers to add to, or zeros that are not in memory, every one of which is to be written and none read.</summary>
    private static float* Gradient(Tensor dx, out bool onto)
    {
        onto = !dx.ClaimFirstWrite();
        return Floats(dx);
    }

    private static int* Ids(Tensor x) => x.DType == DType.I32 ? (int*)x.Data : throw new InvalidOperationException($"ids are I32, not {x.DType}");

    private void Each<TOp>(TOp op, long count, int piece = PieceSize)
        where TOp : struct, IElementwise<V>
    {
        var job = new Sweep<TOp>(op, count, piece);
        Team(ref job, Pieces(count, piece));
    }

    private static int Pieces(long count, int piece = PieceSize) => (int)((count + piece - 1) / piece);

    /// <summary>Rows in pieces of about as many elements.</summary>
    private void EachRow<TOp>(TOp op, int rows, long rowSize)
        where TOp : struct, IRowwise
    {
        int piece = (int)Math.Max(1, PieceSize / Math.Max(rowSize, 1));
        var job = new RowSweep<TOp>(op, rows, piece);
        Team(ref job, (rows + piece - 1) / piece);
    }

    /// <summary>
    /// Sums of a term of each row: pieces of rows are summed on their own, to be added in order by <see cref="RowTotals.AddTo"/>.
    /// </summary>
    private RowTotals SumRows<TTerm>(TTerm term, int rows, int columns)
        where TTerm : struct, IRowTerm
    {
        int piece = Math.Max(1, 2 * PieceSize / Math.Max(1, columns)), pieces = (rows + piece - 1) / piece;
        float* partial = Scratch.Shared((long)pieces * columns);
        var job = new RowSums<TTerm>(term, rows, columns, piece, partial);
        Team(ref job, pieces);
        return new RowTotals(this, partial, pieces, columns);
    }

    private void Team<TJob>(ref TJob job, int count)
        where TJob : struct, IJob => ThreadTeam.Shared.Run(ref job, count, threads);

    private readonly struct Sweep<TOp>(TOp op, long count, int piece) : IJob
        where TOp : struct, IElementwise<V>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int index)
        {
            TOp each = op;
            nint i = (nint)index * piece, end = (nint)Math.Min(count, i + (long)piece);
            for (; i <= end - V.Count; i += V.Count)
                each.At(i, default(Whole<V>));
            if (i < end)
                Rest(i, (int)(end - i));
        }

        /// <summary>Apart, so that the loop above has all of the compiler's patience with inlining.</summary>
        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private void Rest(nint i, int count) => op.At(i, new Partial<V>(count));
    }

    private readonly struct RowSweep<TOp>(TOp op, int rows, int piece) : IJob
        where TOp : struct, IRowwise
    {
        public void Run(int index)
        {
            int end = (int)Math.Min(rows, (index + 1L) * piece);
            for (int row = index * piece; row < end; row++)
                op.Row(row);
        }
    }

    private readonly struct RowSums<TTerm>(TTerm term, int rows, int columns, int piece, float* partial) : IJob
        where TTerm : struct, IRowTerm
    {
        public void Run(int index)
        {
            float* sums = partial + ((nint)index * columns);
            new Span<float>(sums, columns).Clear();
            int end = (int)Math.Min(rows, (index + 1L) * piece);
            for (int row = index * piece; row < end; row++)
                term.Add(row, sums);
        }
    }

    /// <summary>Sums of pieces of rows, one under the other.</summary>
    private readonly struct RowTotals(SimdKernels<V> kernels, float* partial, int pieces, int columns)
    {
        /// <summary>Adds the totals of as many columns as a gradient has, from one on.</summary>
        public void AddTo(Tensor? sums, int from = 0)
        {
            if (sums is not null)
                kernels.Each(new AddRowsOp(partial + from, pieces, columns, Gradient(sums, out bool onto), onto), sums.Shape.Count, StripSize);
        }
    }

    private readonly struct AddRowsOp(float* x, int rows, int columns, float* sums, bool onto) : IElementwise<V>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void At<A>(nint i, A lanes)
            where A : struct, IAccess<V>
        {
            V sum = onto ? lanes.Load(sums + i) : V.Create(0);
            float* from = x + i;
            for (int row = 0; row < rows; row++, from += columns)
                sum += lanes.Load(from);
            lanes.Store(sums + i, sum);
        }
    }
}
