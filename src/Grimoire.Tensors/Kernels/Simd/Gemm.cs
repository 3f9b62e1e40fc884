namespace Grimoire.Tensors;

/// <summary>
/// <c>C = start + A·B</c>: C <c>[rows, columns]</c> with rows <paramref name="stride"/> floats apart, A by its rows, B by its columns. It starts from C itself if
/// <paramref name="accumulate"/>, else from <paramref name="bias"/> in every row, else from zero.
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
/// Matrix products in blocks: a block of each factor is packed into panels that stay in the caches, then tiles of C are computed
/// from them (Goto and van de Geijn 2008, doi:10.1145/1356052.1356053). One driver serves every order and type of the factors.
/// </summary>
internal static unsafe class Gemm<V>
    where V : unmanaged, ILanes<V>
{
    private const int MaxDepth = 512;
    private const int MaxRows = 1536;
    private const int MaxColumns = 2048;
    private const long WorthSharing = 1 << 17; // multiply-adds


    public static void Multiply(in Product product, int threads)
    {
        if (product.Rows == 0 || product.Columns == 0 || (product.Depth == 0 && product.Accumulate))
            return;
        ArgumentOutOfRangeException.ThrowIfZero(product.Depth);
        if ((long)product.Rows * product.Columns * product.Depth < WorthSharing)
            threads = 1;
        int depthStep = Step(product.Depth, MaxDepth, product.B.DepthBlock);
        int rowStep = Step(product.Rows, MaxRows, Tile<V>.MaxRows), columnStep = Step(product.Columns, MaxColumns, PackedColumns(product.B));
        float* panelsA = Scratch.Shared((long)(RoundUp(rowStep, Tile<V>.MaxRows) + RoundUp(columnStep, Tile<V>.Columns)) * depthStep);
        float* panelsB = panelsA + ((long)RoundUp(rowStep, Tile<V>.MaxRows) * depthStep);
        for (int k = 0; k < product.Depth; k += depthStep)
        {
            for (int j = 0; j < product.Columns; j += columnStep)
            {
                for (int i = 0; i < product.Rows; i += rowStep)
                {
                    var block = new Block(product, i, j, k, rowStep, columnStep, depthStep, panelsA, panelsB);
                    block.Compute(packB: i == 0, threads);
                }
            }
        }
    }

    /// <summary>Columns packed at once: a panel, or the panels that a quantised block spans.</summary>
    private static int PackedColumns(in Operand b) => Math.Max(Tile<V>.Columns, b.OuterBlock);

    /// <summary>The size of equal steps no longer than the limit.</summary>
    private static int Step(int size, int limit, int multiple)
    {
        int steps = (size + limit - 1) / limit;
        return RoundUp((size + steps - 1) / steps, multiple);
    }

    private static int RoundUp(int size, int multiple) => (size + multiple - 1) / multiple * multiple;

    /// <summary>One block of C over one stretch of the depth.</summary>
    private readonly struct Block
    {
        private readonly Operand a, b;
        private readonly float* panelsA, panelsB, start, c;
        private readonly nint startStride, stride;
        private readonly int rows, columns, depth;

        public Block(in Product p, int i, int j, int k, int rowStep, int columnStep, int depthStep, float* panelsA, float* panelsB)
        {
            rows = Math.Min(rowStep, p.Rows - i);
            columns = Math.Min(columnStep, p.Columns - j);
            depth = Math.Min(depthStep, p.Depth - k);
            (a, b) = (p.A.From(i, k), p.B.From(j, k));
            this.panelsA = panelsA;
            this.panelsB = panelsB;
            stride = p.Stride;
            c = p.C + (i * stride) + j;
            bool onto = p.Accumulate || k > 0;
            start = onto ? c : p.Bias == null ? null : p.Bias + j;
            startStride = onto ? stride : 0;
        }

        private int RowPanels => (rows + Tile<V>.MaxRows - 1) / Tile<V>.MaxRows;

        private int ColumnPanels => (columns + Tile<V>.Columns - 1) / Tile<V>.Columns;

        public void Compute(bool packB, int threads)
        {
            int packed = RowPanels + (packB ? (columns + PackedColumns(b) - 1) / PackedColumns(b) : 0);
            var pack = new Pack(this);
            bool large = (long)(rows + (packB ? columns : 0)) * depth > 1 << 14;
            ThreadTeam.Shared.Run(ref pack, packed, large ? threads : 1);

            // Rows of A that stay in the second-level cache, and columns in as many parts as keep all threads busy to the end.
            int rowParts = threads == 1 ? 1 : (RowPanels + 7) / 8;
            int columnParts = threads == 1 ? 1 : Math.Min(ColumnPanels, ((4 * threads) + rowParts - 1) / rowParts);
            var multiply = new MultiplyPart(this, rowParts, columnParts);
            ThreadTeam.Shared.Run(ref multiply, rowParts * columnParts, threads);
        }

        public void PackA(int panel)
        {
            int i = panel * Tile<V>.MaxRows, count = Math.Min(Tile<V>.MaxRows, rows - i);
            Packing<V>.Panel(a.From(i, 0), count, depth, panelsA + ((long)i * depth), Tile<V>.RowsFor(count));
        }

        public void PackB(int part)
        {
            int width = PackedColumns(b), j = part * width;
            Packing<V>.Panel(b.From(j, 0), Math.Min(width, columns - j), depth, panelsB + ((long)j * depth), Tile<V>.Columns);
        }

        public void Multiply(int firstRow, int endRow, int firstColumn, int endColumn)
        {
            for (int q = firstColumn; q < endColumn; q++)
            {
                int j = q * Tile<V>.Columns, width = Math.Min(Tile<V>.Columns, columns - j);
                for (int p = firstRow; p < endRow; p++)
                {
                    int i = p * Tile<V>.MaxRows, height = Math.Min(Tile<V>.MaxRows, rows - i);
                    float* from = start == null ? null : start + (i * startStride) + j;
                    Tile<V>.Any(
                        panelsA + ((long)i * depth), Tile<V>.RowsFor(height), panelsB + ((long)j * depth), Tile<V>.Columns, depth,
                        from, startStride, c + (i * stride) + j, stride, height, width);
                }
            }
        }

        private struct Pack(Block block) : IJob
        {
            public void Run(int index)
            {
                if (index < block.RowPanels)
                    block.PackA(index);
                else
                    block.PackB(index - block.RowPanels);
            }
        }

        private struct MultiplyPart(Block block, int rowParts, int columnParts) : IJob
        {
            public void Run(int index)
            {
                int i = index / columnParts, j = index % columnParts;
                block.Multiply(
                    block.RowPanels * i / rowParts, block.RowPanels * (i + 1) / rowParts,
                    block.ColumnPanels * j / columnParts, block.ColumnPanels * (j + 1) / columnParts);
            }
        }
    }
}
