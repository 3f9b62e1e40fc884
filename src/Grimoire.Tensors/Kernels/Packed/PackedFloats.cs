using System.Numerics;
using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>
/// <c>y = x Wᵀ + b</c> for weights in <see cref="FloatPanels"/>, of several projections of one x as one job. Every output is one chain of multiply-adds over
/// the inputs that begins with the bias: the same bits for any number of rows, for any number of threads and for registers of any width. Where the first
/// projection is a gate of the second, its results become σ(gate) ⊙ up while both are in the cache.
/// </summary>
/// <remarks>
/// A stretch of a panel stays in the cache while all rows pass over it: the first tile of rows widens it and leaves floats for the others, which ask for the
/// next stretch meanwhile, so that memory works all the time. Work is shared as <see cref="PackedGemv{V, B}"/> says, at the end by parts of a panel's rows.
/// </remarks>
internal readonly unsafe struct PackedFloats<V>(PackedProduct* products, Activation? gate, RowPanels<V> x, int panels, int parts, int pieces, int threads) : IJob
    where V : unmanaged, ILanes<V>
{
    /// <summary>Rows for which weights are read once: a stretch of so many stays in the second-level cache.</summary>
    private const int MaxRows = 256;

    /// <summary>Up to so many tiles of rows it is faster to widen weights in registers, again for each, than into the cache.</summary>
    private const int DirectTiles = 3;

    /// <summary>Into so many parts a panel's rows are divided where they are more tiles than that.</summary>
    private const int MaxParts = 4;

    /// <summary>Sums of panels that take turns with each stretch of x, so that it is read from the second-level cache.</summary>
    private const int GroupSize = 1 << 14;

    /// <summary>Bytes that a single tile, which passes over all inputs at once, reads ahead.</summary>
    private const int Ahead = 4096;

    /// <summary>Multiply-adds of a piece of work, at least.</summary>
    private const int PieceSize = 1 << 15;

    private static readonly NativeBuffer Zeros = new(FloatPanels.Width * sizeof(float), zeroed: true);

    public static void Multiply(PackedProduct* products, int count, float* x, int rows, int inputs, int threads, Activation? gate = null)
    {
        int panels = 0;
        for (int i = 0; i < (gate is null ? count : 1); i++)
            panels += Panels(products[i]);
        for (int first = 0, left = (rows + MaxRows - 1) / MaxRows, some; first < rows; first += some, left--)
        {
            some = (rows - first + left - 1) / left;
            var block = new RowPanels<V>(x, first, some, inputs, threads);
            int parts = block.Tiles > MaxParts ? MaxParts : 1;
            long most = Math.Min((long)panels * parts, (long)panels * FloatPanels.Width * inputs * some / PieceSize);
            int used = (int)Math.Clamp(most, 1, threads), pieces = used == 1 ? 1 : 1 + BitOperations.Log2((uint)Math.Min(most / used, 1 << 8));
            var job = new PackedFloats<V>(products, gate, block, panels, parts, pieces, used);
            ThreadTeam.Shared.Run(ref job, pieces * used, used);
        }
    }

    public void Run(int index)
    {
        for (int at = Start(index), end = Start(index + 1), next; at < end; at = next)
        {
            (int panel, int part) = Math.DivRem(at, parts);
            next = part == 0 && end - at >= parts ? end - (end % parts) : Math.Min(end, at - part + parts);
            if (part == 0 && next - at >= parts)
                Multiply(panel, next / parts, 0, x.Tiles);
            else
                Multiply(panel, panel + 1, part * x.Tiles / parts, (part + next - at) * x.Tiles / parts);
        }
    }

    private static int Panels(in PackedProduct product) => (product.Outputs + FloatPanels.Width - 1) / FloatPanels.Width;

    /// <summary>The first part of a panel that belongs to a piece; long pieces begin with whole panels.</summary>
    private int Start(int index)
    {
        (int thread, int piece) = Math.DivRem(index, pieces);
        long all = (long)panels * parts, end = all * (thread + 1) / threads, left = (end - (all * thread / threads)) >> piece, start = end - left;
        return (int)(left >= 4L * parts ? start - (start % parts) : start);
    }

    /// <summary>Some panels of all products, with some tiles of rows.</summary>
    private void Multiply(int first, int end, int tile, int endTile)
    {
        int group = x.Tiles == 1 ? end : x.Tiles <= DirectTiles ? 1 : Math.Max(1, GroupSize / (FloatPanels.Width * x.Rows));
        for (PackedProduct* product = products; first < end; product++)
        {
            int size = Panels(*product), last = Math.Min(end, size);
            for (int next; first < last; first = next)
            {
                next = first + Math.Min(last - first, group);
                byte* after = Panel(*product, next);
                Multiply(*product, first, next, tile, endTile, gate is null ? after : Panel(product[1], first));
                if (gate is null)
                    continue;
                Multiply(product[1], first, next, tile, endTile, after);
                Gate(gate.Value, *product, product[1], first * FloatPanels.Width, next * FloatPanels.Width, tile, endTile);
            }

            (first, end) = (first - size, end - size);
        }
    }

    private void Gate(Activation kind, in PackedProduct gates, in PackedProduct ups, int first, int end, int tile, int endTile)
    {
        int row = tile * x.Height, rows = Math.Min(x.Rows, endTile * x.Height) - row, columns = Math.Min(end, gates.Outputs) - first;
        nint stride = gates.Outputs, at = ((x.First + row) * stride) + first;
        GatedRows<V>.Multiply(kind, gates.Y + at, ups.Y + at, stride, rows, columns);
    }

    private byte* Panel(in PackedProduct product, int index) => product.Data + product.Type.Bytes((long)index * FloatPanels.Width * x.Inputs);

    private void Multiply(in PackedProduct product, int first, int end, int tile, int endTile, byte* after)
    {
        switch (product.Type)
        {
            case DType.F32: Multiply<SinglePair>(product, first, end, tile, endTile, after); break;
            case DType.F16: Multiply<HalfPair>(product, first, end, tile, endTile, after); break;
            default: Multiply<BrainPair>(product, first, end, tile, endTile, after); break;
        }
    }

    /// <summary>Some panels of a product: each stretch of the inputs with all of them, then what comes after.</summary>
    private void Multiply<T>(in PackedProduct product, int first, int end, int tile, int endTile, byte* after)
        where T : struct, IPair
    {
        nint inputBytes = FloatPanels.Width * product.Type.Size(), panelBytes = x.Inputs * inputBytes;
        byte* data = Panel(product, first);
        for (int k = 0, depth; k < x.Inputs; k += depth, data += depth * inputBytes)
        {
            depth = Math.Min(x.DepthStep, x.Inputs - k);
            byte* panel = data, then = k + depth < x.Inputs ? data + (depth * inputBytes) : after;
            for (int i = first; i < end; i++, panel += panelBytes)
            {
                byte* next = x.Tiles == 1 ? panel + Ahead : i + 1 < end ? panel + panelBytes : then;
                Multiply<T>(new Stretch(product, i * FloatPanels.Width, k, depth), panel, inputBytes, tile, endTile, next);
            }
        }
    }

    /// <summary>A stretch of a panel: tiles ask for their shares of the next stretch.</summary>
    private void Multiply<T>(in Stretch stretch, byte* panel, nint step, int tile, int endTile, byte* next)
        where T : struct, IPair
    {
        int tiles = endTile - tile;
        if (typeof(T) == typeof(SinglePair) || tiles <= DirectTiles)
        {
            Multiply<T>(stretch, panel, step, tile, endTile, next, (step + tiles - 1) / tiles);
            return;
        }

        const int FloatBytes = FloatPanels.Width * sizeof(float);
        byte* floats = (byte*)Scratch.Panels(FloatPanels.Width * stretch.Depth);
        Multiply<KeptPair<T>>(stretch, panel, step, tile, tile + 1, floats, FloatBytes);
        Multiply<SinglePair>(stretch, floats, FloatBytes, tile + 1, endTile, next, (step + tiles - 2) / (tiles - 1));
    }

    /// <summary>Some tiles of rows; each takes <paramref name="share"/> bytes of what lies at a place, for each input.</summary>
    private void Multiply<T>(in Stretch stretch, byte* panel, nint step, int tile, int endTile, byte* place, nint share)
        where T : struct, IPair
    {
        int height = x.Height;
        float* c = stretch.Y + ((x.First + (tile * (nint)height)) * stretch.Stride), start = stretch.Start(c);
        for (; tile < endTile; tile++, place += share * stretch.Depth)
        {
            int rows = x.RowsOf(tile);
            float* a = x.Tile(tile, stretch.First, stretch.Depth);
            if (stretch.Width == FloatPanels.Width && Tile<V>.RowsFor(rows) == rows)
                Registers<T>(rows, a, panel, step, stretch.Depth, start, stretch.StartStride, c, stretch.Stride, place, share);
            else
                Edge<T>(rows, a, panel, step, stretch, start, c, place, share);
            c += height * stretch.Stride;
            start += height * stretch.StartStride;
        }
    }

    /// <summary>A tile of which not all is wanted.</summary>
    private static void Edge<T>(int rows, float* a, byte* panel, nint step, in Stretch stretch, float* start, float* c, byte* place, nint share)
        where T : struct, IPair
    {
        const int Width = FloatPanels.Width;
        float* edge = stackalloc float[14 * Width];
        for (int i = 0; i < rows; i++)
            new Span<float>(start + (i * stretch.StartStride), stretch.Width).CopyTo(new Span<float>(edge + (i * Width), stretch.Width));
        Registers<T>(Tile<V>.RowsFor(rows), a, panel, step, stretch.Depth, edge, Width, edge, Width, place, share);
        for (int i = 0; i < rows; i++)
            new Span<float>(edge + (i * Width), stretch.Width).CopyTo(new Span<float>(c + (i * stretch.Stride), stretch.Width));
    }

    /// <summary>A tile of rows with a panel: two registers of outputs at a time, <see cref="FloatPanels.Apart"/> apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Registers<T>(
        int height, float* a, byte* b, nint step, int depth, float* start, nint startStride, float* c, nint stride, byte* place, nint share)
        where T : struct, IPair
    {
        for (int j = 0; j < FloatPanels.Apart; j += V.Count)
        {
            nint right = j * sizeof(float);
            Tile<V>.Whole<T>(height, a, height, b + right, step, depth, start + j, startStride, c + j, stride, FloatPanels.Apart, place + right, share);
        }
    }

    /// <summary>Some inputs of a panel, and what its sums begin with.</summary>
    private readonly struct Stretch(in PackedProduct product, int output, int first, int depth)
    {
        private readonly float* bias = product.Bias == null ? (float*)Zeros.Pointer : product.Bias + output;

        public readonly float* Y = product.Y + output;
        public readonly nint Stride = product.Outputs;
        public readonly int Width = Math.Min(FloatPanels.Width, product.Outputs - output);
        public readonly int First = first;
        public readonly int Depth = depth;

        public nint StartStride => First > 0 ? Stride : 0;

        /// <summary>What the sums begin with: c itself behind the first stretch, else the bias.</summary>
        public float* Start(float* c) => First > 0 ? c : bias;
    }
}
