using System.Runtime.Intrinsics.X86;

namespace Grimoire.Tensors;

/// <summary>
/// <c>C = start + A·B</c>: C <c>[rows, columns]</c> with rows <paramref name="stride"/> floats apart, A by its rows, B by its columns. It starts from C itself
/// if <paramref name="accumulate"/>, else from <paramref name="bias"/> in every row, else from zero.
/// </summary>
internal readonly unsafe struct Product(
    Operand a, Operand b, float* c, nint stride, int rows, int columns, int depth, bool accumulate = false, float* bias = null)
{
    public Operand A { get; init; } = a;

    public Operand B { get; init; } = b;

    public float* C { get; init; } = c;

    public nint Stride => stride;

    public int Rows => rows;

    public int Columns => columns;

    public int Depth => depth;

    public bool Accumulate => accumulate;

    public float* Bias => bias;
}

/// <summary>
/// Matrix products in blocks (Goto and van de Geijn 2008, doi:10.1145/1356052.1356053). The smaller factor is packed once, by all threads for all; the larger
/// is cut into pieces of some panels, which the thread that takes a piece packs into its own second-level cache, a stretch of the depth at a time, and
/// multiplies with all panels of the other. One driver serves every order and type of the factors.
/// </summary>
internal static unsafe class Gemm<V>
    where V : unmanaged, ILanes<V>
{
    private const int MaxDepth = 512; // of panels that are packed and multiplied at a time
    private const long MaxShared = 4 << 20; // floats that are packed for all threads
    private const int PieceRows = 112, PieceColumns = 128;
    private const int PieceUnits = 5; // panels of a piece, unless a thread would have none: what is shared passes by once for each piece
    private const long WorthSharing = 1 << 17; // multiply-adds

    public static void Multiply(in Product product, int threads) => Multiply(new ReadOnlySpan<Product>(in product), product.Rows < product.Columns, threads);

    /// <summary>Products of one A, or of one B, with as many rows, or columns, and one depth: what they share is packed once.</summary>
    public static void Multiply(ReadOnlySpan<Product> products, bool shareA, int threads)
    {
        ref readonly Product product = ref products[0];
        if (product.Rows == 0 || product.Columns == 0 || (product.Depth == 0 && product.Accumulate))
            return;
        ArgumentOutOfRangeException.ThrowIfZero(product.Depth);
        if ((long)product.Rows * product.Columns * product.Depth < WorthSharing)
            threads = 1;
        int depthStep = Step(product.Depth, MaxDepth, product.B.DepthBlock);
        int shared = shareA ? product.Rows : product.Columns, multiple = shareA ? Tile<V>.MaxRows : PackedColumns(product.B);
        int sharedStep = Step(shared, (int)Math.Max(multiple, MaxShared / depthStep), multiple);
        int slices = (int)Math.Max(1, MaxShared / ((long)sharedStep * depthStep));
        float* panels = Scratch.Shared((long)(sharedStep + Tile<V>.MaxRows) * depthStep * Math.Min(slices, (product.Depth + depthStep - 1) / depthStep));
        for (int k = 0; k < product.Depth; k += slices * depthStep)
        {
            for (int i = 0; i < shared; i += sharedStep)
            {
                int count = Math.Min(sharedStep, shared - i), depth = Math.Min(slices * depthStep, product.Depth - k);
                new Block(product, shareA, i, count, k, depth, depthStep, panels).PackAll(threads);
                foreach (ref readonly Product each in products)
                    new Block(each, shareA, i, count, k, depth, depthStep, panels).Compute(threads);
            }
        }
    }

    /// <summary>Columns packed at once: a panel, or the panels that a quantised block spans.</summary>
    private static int PackedColumns(in Operand b) => Math.Max(Tile<V>.Columns, b.OuterBlock);

    /// <summary>The size of equal steps no longer than the limit.</summary>
    private static int Step(int size, int limit, int multiple)
    {
        int steps = (size + limit - 1) / limit;
        return Packing<V>.RoundUp((size + steps - 1) / steps, multiple);
    }

    /// <summary>C, or the rows or columns of it for which the shared factor is packed, over one stretch of the depth.</summary>
    private readonly struct Block
    {
        private readonly Operand a, b;
        private readonly float* panels, start, c;
        private readonly nint startStride, stride;
        private readonly int rows, columns, depth, depthStep, height, sharedSize, sharedUnit, privateUnit, sharedTile, privateTile;
        private readonly bool shareA;

        public Block(in Product p, bool shareA, int first, int count, int k, int depth, int depthStep, float* panels)
        {
            int i = shareA ? first : 0, j = shareA ? 0 : first;
            (a, b) = (p.A.From(i, k), p.B.From(j, k));
            (rows, columns) = shareA ? (count, p.Columns) : (p.Rows, count);
            (this.shareA, this.depth, this.depthStep) = (shareA, depth, depthStep);
            this.panels = panels;
            height = Tile<V>.HeightFor(rows);
            (sharedUnit, privateUnit) = shareA ? (height, PackedColumns(b)) : (PackedColumns(b), height);
            (sharedTile, privateTile) = shareA ? (height, Tile<V>.Columns) : (Tile<V>.Columns, height);
            sharedSize = Packing<V>.RoundUp(count, sharedUnit);
            stride = p.Stride;
            c = p.C + (i * stride) + j;
            bool onto = p.Accumulate || k > 0;
            start = onto ? c : p.Bias == null ? null : p.Bias + j;
            startStride = onto ? stride : 0;
        }

        private int Slices => (depth + depthStep - 1) / depthStep;

        private int Shared => shareA ? rows : columns;

        private int Private => shareA ? columns : rows;

        public void PackAll(int threads)
        {
            var pack = new PackShared(this);
            ThreadTeam.Shared.Run(ref pack, Slices * (sharedSize / sharedUnit), (long)Shared * depth > 1 << 14 ? threads : 1);
        }

        public void Compute(int threads)
        {
            int units = (Private + privateUnit - 1) / privateUnit;
            int most = Math.Max(1, (shareA ? PieceColumns : PieceRows) / privateUnit);
            int pieces = Math.Max((units + most - 1) / most, Math.Clamp(units / PieceUnits, Math.Min(units, threads), 4 * threads));
            var multiply = new MultiplyPiece(this, units, Math.Min(units, Packing<V>.RoundUp(pieces, threads)));
            ThreadTeam.Shared.Run(ref multiply, multiply.Pieces, threads);
        }

        public void Pack(int index)
        {
            int slice = index % Slices, first = index / Slices * sharedUnit, k = slice * depthStep, length = Math.Min(depthStep, depth - k);
            float* to = Slice(slice) + ((long)first * length);
            if (shareA)
                PackRows(first, Math.Min(sharedUnit, rows - first), k, length, to);
            else
                PackColumns(first, Math.Min(sharedUnit, columns - first), k, length, to);
        }

        /// <summary>Rows or columns of C, all of the depth.</summary>
        public void Multiply(int first, int count)
        {
            float* own = Scratch.Panels((long)Packing<V>.RoundUp(count, privateUnit) * depthStep);
            for (int slice = 0; slice < Slices; slice++)
            {
                int k = slice * depthStep, length = Math.Min(depthStep, depth - k);
                PackPrivate(first, count, k, length, own);

                for (int panel = 0; panel < Shared; panel += sharedTile)
                    Multiply(panel, first, count, k, length, Slice(slice) + ((long)panel * length), own);
            }
        }

        /// <summary>
        /// One shared panel with the panels of a piece. Each tile asks for its part of the next shared panel, and for the elements of C of the next tile.
        /// </summary>
        private void Multiply(int panel, int first, int count, int k, int length, float* shared, float* own)
        {
            int tiles = (count + privateTile - 1) / privateTile;
            bool last = panel + sharedTile >= Shared;
            nint aheadStep = last ? 0 : sharedTile * sizeof(float) / tiles;
            byte* ahead = (byte*)shared + (last ? 0 : sharedTile * sizeof(float) * (nint)length);
            for (int i = 0; i < count; i += privateTile, ahead += aheadStep * length)
            {
                if (i + privateTile < count)
                    Prefetch(panel, first + i + privateTile);
                else
                    Prefetch(panel + sharedTile, first);
                Cell(panel, first + i, count - i, k, length, shared, own + ((long)i * length), ahead, aheadStep);
            }
        }

        private float* Slice(int slice) => panels + ((long)slice * depthStep * sharedSize);

        private void PackRows(int i, int count, int k, int length, float* to) => Packing<V>.Panel(a.From(i, k), count, length, to, Tile<V>.RowsFor(count));

        private void PackPrivate(int first, int count, int k, int length, float* to)
        {
            if (!shareA)
            {
                Packing<V>.Panels(a.From(first, k), count, length, to, height);
                return;
            }

            for (int j = 0; j < count; j += privateUnit)
                PackColumns(first + j, Math.Min(privateUnit, count - j), k, length, to + ((long)j * length));
        }

        private void PackColumns(int j, int count, int k, int length, float* to) => Packing<V>.Panel(b.From(j, k), count, length, to, Tile<V>.Columns);

        private void Cell(int outer, int inner, int left, int k, int length, float* shared, float* own, byte* ahead, nint aheadStep)
        {
            (int i, int j) = shareA ? (outer, inner) : (inner, outer);
            int tall = Math.Min(height, shareA ? rows - i : left), width = Math.Min(Tile<V>.Columns, shareA ? left : columns - j);
            float* to = c + (i * stride) + j, from = k > 0 ? to : start == null ? null : start + (i * startStride) + j;
            Tile<V>.Any(
                shareA ? shared : own, Tile<V>.RowsFor(tall), shareA ? own : shared, Tile<V>.Columns, length,
                from, k > 0 ? stride : startStride, to, stride, tall, width, ahead, aheadStep);
        }

        /// <summary>Asks for the elements of C that the next tile reads or writes.</summary>
        private void Prefetch(int outer, int inner)
        {
            (int i, int j) = shareA ? (outer, inner) : (inner, outer);
            if (!Sse.IsSupported || j >= columns)
                return;
            float* to = c + (i * stride) + j;
            for (int end = Math.Min(rows, i + height); i < end; i++, to += stride)
            {
                Sse.Prefetch0(to);
                Sse.Prefetch0(to + Tile<V>.Columns - 1);
            }
        }

        private struct PackShared(Block block) : IJob
        {
            public void Run(int index) => block.Pack(index);
        }

        /// <summary>As many pieces for each thread, of as many panels as can be.</summary>
        private struct MultiplyPiece(Block block, int units, int pieces) : IJob
        {
            public readonly int Pieces => pieces;

            public readonly void Run(int index)
            {
                int first = (int)((long)units * index / pieces) * block.privateUnit, end = (int)((long)units * (index + 1) / pieces) * block.privateUnit;
                block.Multiply(first, Math.Min(end, block.Private) - first);
            }
        }
    }
}
