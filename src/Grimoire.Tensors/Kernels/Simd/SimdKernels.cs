using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>
/// Kernels in registers of one width on some threads. Work is cut into pieces of fixed size, so that the bits do not depend on who
/// does which; what is smaller than two pieces stays on the calling thread.
/// </summary>
internal sealed unsafe partial class SimdKernels<V>(int threads) : Kernels
    where V : unmanaged, ILanes<V>
{
    /// <summary>Floats in a piece of work: about a microsecond of it.</summary>
    private const int PieceSize = 8192;

    /// <summary>Columns that one thread sums over all rows.</summary>
    private const int StripSize = 64;

    public override string ToString() => $"SIMD, {V.Count * 32} bits, {threads} threads";

    private static float* Floats(Tensor x) => x.DType == DType.F32
        ? (float*)x.Data
        : throw new InvalidOperationException($"these kernels compute in F32, not {x.DType}; Kernels.Reference computes in any type");

    private static float* FloatsOrNull(Tensor? x) => x is null ? null : Floats(x);

    private static int* Ids(Tensor x) => x.DType == DType.I32 ? (int*)x.Data : throw new InvalidOperationException($"ids are I32, not {x.DType}");

    private void Each<TOp>(TOp op, long count, int piece = PieceSize)
        where TOp : struct, IElementwise<V>
    {
        var job = new Sweep<TOp>(op, count, piece);
        Team(ref job, (int)((count + piece - 1) / piece));
    }

    /// <summary>Rows in pieces of about as many elements.</summary>
    private void EachRow<TOp>(TOp op, int rows, long rowSize)
        where TOp : struct, IRowwise
    {
        int piece = (int)Math.Max(1, PieceSize / Math.Max(rowSize, 1));
        var job = new RowSweep<TOp>(op, rows, piece);
        Team(ref job, (rows + piece - 1) / piece);
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
                each.At(i, new Partial<V>((int)(end - i)));
        }
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
}
