namespace Grimoire.Tensors;

/// <summary>Some rows of x as tiles read them, <c>[stretch][panel][input][row]</c>; a single row as it lies.</summary>
internal readonly unsafe struct RowPanels<V>
    where V : unmanaged, ILanes<V>
{
    /// <summary>Numbers of a stretch of all rows, which stay in the second-level cache, and the most inputs of one, whose weights do so beside them.</summary>
    private const int MaxStretch = 1 << 17, MaxDepth = 1024;

    private readonly float* panels;

    /// <summary>Packs rows into the calling thread's shared scratch.</summary>
    /// <param name="x">The first row of all.</param>
    /// <param name="first">The first row that is packed.</param>
    /// <param name="rows">How many are.</param>
    /// <param name="inputs">Numbers of a row.</param>
    /// <param name="threads">Threads that may help.</param>
    public RowPanels(float* x, int first, int rows, int inputs, int threads)
    {
        int most = Math.Min(MaxDepth, MaxStretch / rows), steps = rows <= Tile<V>.MaxRows && Tile<V>.Columns == FloatPanels.Width ? 1 : (inputs + most - 1) / most;
        (First, Rows, Inputs, Height, DepthStep) = (first, rows, inputs, Tile<V>.HeightFor(rows), (inputs + steps - 1) / steps);
        float* from = x + ((nint)first * inputs);
        panels = from;
        if (rows == 1)
            return;
        panels = Scratch.Shared((long)Padded * inputs);
        var job = new PackRows(from, this);
        ThreadTeam.Shared.Run(ref job, Tiles, (long)rows * inputs > 1 << 15 ? threads : 1);
    }

    /// <summary>The first row.</summary>
    public int First { get; }

    /// <summary>How many there are.</summary>
    public int Rows { get; }

    /// <summary>Numbers of a row.</summary>
    public int Inputs { get; }

    /// <summary>Rows of a tile.</summary>
    public int Height { get; }

    /// <summary>Inputs of a stretch; of the last, what is left.</summary>
    public int DepthStep { get; }

    /// <summary>How many tiles the rows make.</summary>
    public int Tiles => (Rows + Height - 1) / Height;

    private int Padded => Tiles * Height;

    /// <summary>Rows of a tile: the last has what is left.</summary>
    public int RowsOf(int tile) => Math.Min(Height, Rows - (tile * Height));

    /// <summary>A tile's part of the stretch of so many inputs that begins with an input.</summary>
    public float* Tile(int tile, int input, int depth) => panels + ((nint)Padded * input) + (tile * Height * (nint)depth);

    /// <summary>One panel.</summary>
    private readonly struct PackRows(float* rows, RowPanels<V> panels) : IJob
    {
        public void Run(int index)
        {
            int inputs = panels.Inputs, count = panels.RowsOf(index), width = Tile<V>.RowsFor(count);
            float* from = rows + ((nint)index * panels.Height * inputs);
            for (int k = 0, depth; k < inputs; k += depth)
            {
                depth = Math.Min(panels.DepthStep, inputs - k);
                Packing<V>.Panel(Operand.AlongDepth(from + k, inputs), count, depth, panels.Tile(index, k, depth), width);
            }
        }
    }
}
