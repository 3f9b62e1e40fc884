using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>
/// <c>y = x Wᵀ + b</c> for weights in <see cref="FloatPanels"/>, of several projections of one x as one job. Every output is one chain of multiply-adds over the inputs
/// that begins with the bias: the same bits for any number of rows, for any number of threads and for registers of any width.
/// </summary>
/// <remarks>A stretch of a panel stays in the cache while all rows pass over it; meanwhile the tiles ask for the next stretch, so that memory works all the time.</remarks>
internal readonly unsafe struct PackedFloats<V>(
    PackedProduct* products, float* x, int firstRow, int rows, int height, int inputs, int depthStep, int pieceSize, int pieces, int threads) : IJob
    where V : unmanaged, ILanes<V>
{
    /// <summary>Rows for which weights are read once: a stretch of so many stays in the second-level cache.</summary>
    private const int MaxRows = 256;

    /// <summary>Inputs of a stretch.</summary>
    private const int MaxDepth = 512;

    /// <summary>Up to so many tiles of rows it is faster to widen weights in registers, again for each, than into the cache.</summary>
    private const int DirectTiles = 3;

    /// <summary>Bytes that a single tile, which passes over all inputs at once, reads ahead.</summary>
    private const int Ahead = 4096;

    /// <summary>Multiply-adds of a piece of work.</summary>
    private const int PieceSize = 1 << 15;

    private static readonly NativeBuffer Zeros = new(FloatPanels.Width * sizeof(float), zeroed: true);

    public static void Multiply(PackedProduct* products, int count, float* x, int rows, int inputs, int threads)
    {
        if (rows == 0)
            return;
        int blocks = (rows + MaxRows - 1) / MaxRows, size = (rows + blocks - 1) / blocks;
        int steps = size <= Tile<V>.MaxRows && Tile<V>.Columns == FloatPanels.Width ? 1 : (inputs + MaxDepth - 1) / MaxDepth;
        int depthStep = (inputs + steps - 1) / steps, pieceSize = (int)Math.Max(1, PieceSize / ((long)FloatPanels.Width * inputs * size)), pieces = 0;
        for (int i = 0; i < count; i++)
            pieces += Pieces(products[i], pieceSize);
        for (int first = 0; first < rows; first += size)
        {
            int some = Math.Min(size, rows - first), height = Tile<V>.HeightFor(some);
            float* panels = Panels(x + ((nint)first * inputs), some, height, inputs, depthStep, threads);
            var job = new PackedFloats<V>(products, panels, first, some, height, inputs, depthStep, pieceSize, pieces, threads);
            ThreadTeam.Shared.Run(ref job, pieces, threads);
        }
    }

    public void Run(int index)
    {
        // Handed out in turns, pieces make one long stretch of memory for each thread.
        int thread = index % threads;
        index = (index / threads) + (thread * (pieces / threads)) + Math.Min(thread, pieces % threads);
        PackedProduct* product = products;
        for (int some; index >= (some = Pieces(*product, pieceSize)); product++)
            index -= some;
        int end = Math.Min(product->Outputs, (index + 1) * pieceSize * FloatPanels.Width);
        for (int output = index * pieceSize * FloatPanels.Width; output < end; output += FloatPanels.Width)
        {
            switch (product->Type)
            {
                case DType.F32: Multiply<SinglePair>(*product, output); break;
                case DType.F16: Multiply<HalfPair>(*product, output); break;
                default: Multiply<BrainPair>(*product, output); break;
            }
        }
    }

    private static int Pieces(in PackedProduct product, int pieceSize) =>
        (product.Outputs + (pieceSize * FloatPanels.Width) - 1) / (pieceSize * FloatPanels.Width);

    /// <summary>Rows of x in panels, <c>[stretch][panel][input][row]</c>; a single row as it lies.</summary>
    private static float* Panels(float* x, int rows, int height, int inputs, int depthStep, int threads)
    {
        if (rows == 1)
            return x;
        float* panels = Scratch.Shared((long)Packing<V>.RoundUp(rows, height) * inputs);
        var job = new PackRows(x, rows, height, inputs, depthStep, panels);
        ThreadTeam.Shared.Run(ref job, (rows + height - 1) / height, (long)rows * inputs > 1 << 15 ? threads : 1);
        return panels;
    }

    /// <summary>All rows with one panel of outputs.</summary>
    private void Multiply<T>(in PackedProduct product, int output)
        where T : struct, IPair
    {
        nint inputBytes = FloatPanels.Width * product.Type.Size();
        byte* panel = product.Data + ((nint)output * inputs * product.Type.Size());
        int tiles = (rows + height - 1) / height;
        bool direct = typeof(T) == typeof(SinglePair) || tiles <= DirectTiles;
        for (int k = 0, depth; k < inputs; k += depth, panel += depth * inputBytes)
        {
            depth = Math.Min(depthStep, inputs - k);
            byte* next = panel + (tiles == 1 ? Ahead : depth * inputBytes);
            var stretch = new Stretch(product, output, k, depth, next, (inputBytes + tiles - 1) / tiles);
            if (direct)
            {
                Multiply<T>(stretch, panel, inputBytes);
                continue;
            }

            float* floats = Scratch.Panels(FloatPanels.Width * depth);
            Widen<T>(panel, depth, floats);
            Multiply<SinglePair>(stretch, (byte*)floats, FloatPanels.Width * sizeof(float));
        }
    }

    private void Multiply<T>(in Stretch stretch, byte* panel, nint step)
        where T : struct, IPair
    {
        float* a = x + ((nint)Packing<V>.RoundUp(rows, height) * stretch.First), c = stretch.Y + ((nint)firstRow * stretch.Stride), start = stretch.Start(c);
        byte* ahead = stretch.Next;
        for (int row = 0; row < rows; row += height, ahead += stretch.Share * stretch.Depth)
        {
            int count = Math.Min(height, rows - row);
            if (stretch.Width == FloatPanels.Width && Tile<V>.RowsFor(count) == count)
                Registers<T>(count, a, panel, step, stretch, start, stretch.StartStride, c, stretch.Stride, ahead);
            else
                Edge<T>(count, a, panel, step, stretch, start, c, ahead);
            a += height * (nint)stretch.Depth;
            c += height * stretch.Stride;
            start += height * stretch.StartStride;
        }
    }

    /// <summary>A tile of which not all is wanted.</summary>
    private static void Edge<T>(int count, float* a, byte* panel, nint step, in Stretch stretch, float* start, float* c, byte* ahead)
        where T : struct, IPair
    {
        const int Width = FloatPanels.Width;
        float* edge = stackalloc float[14 * Width];
        for (int i = 0; i < count; i++)
            new Span<float>(start + (i * stretch.StartStride), stretch.Width).CopyTo(new Span<float>(edge + (i * Width), stretch.Width));
        Registers<T>(Tile<V>.RowsFor(count), a, panel, step, stretch, edge, Width, edge, Width, ahead);
        for (int i = 0; i < count; i++)
            new Span<float>(edge + (i * Width), stretch.Width).CopyTo(new Span<float>(c + (i * stretch.Stride), stretch.Width));
    }

    /// <summary>A tile of rows with a panel: two registers of outputs at a time, <see cref="FloatPanels.Apart"/> apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Registers<T>(
        int height, float* a, byte* b, nint step, in Stretch stretch, float* start, nint startStride, float* c, nint stride, byte* ahead)
        where T : struct, IPair
    {
        for (int j = 0; j < FloatPanels.Apart; j += V.Count)
        {
            Tile<V>.Whole<T>(
                height, a, height, b + (j * sizeof(float)), step, stretch.Depth, start + j, startStride, c + j, stride, FloatPanels.Apart, ahead, stretch.Share);
        }
    }

    /// <summary>A stretch of a panel as floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Widen<T>(byte* panel, int depth, float* floats)
        where T : struct, IPair
    {
        for (int k = 0; k < depth; k++, floats += FloatPanels.Width)
        {
            for (int j = 0; j < FloatPanels.Apart; j += V.Count, panel += V.Count * sizeof(uint))
            {
                T.Left<V>(panel).Store(floats + j);
                T.Right<V>(panel, FloatPanels.Apart).Store(floats + FloatPanels.Apart + j);
            }
        }
    }

    /// <summary>Some inputs of a panel, what its sums begin with, and where the next stretch lies, of which each tile asks for a share of bytes for each input.</summary>
    private readonly struct Stretch(in PackedProduct product, int output, int first, int depth, byte* next, nint share)
    {
        private readonly float* bias = product.Bias == null ? (float*)Zeros.Pointer : product.Bias + output;

        public readonly float* Y = product.Y + output;
        public readonly nint Stride = product.Outputs;
        public readonly int Width = Math.Min(FloatPanels.Width, product.Outputs - output);
        public readonly int First = first;
        public readonly int Depth = depth;
        public readonly byte* Next = next;
        public readonly nint Share = share;

        public nint StartStride => First > 0 ? Stride : 0;

        /// <summary>What the sums begin with: c itself behind the first stretch, else the bias.</summary>
        public float* Start(float* c) => First > 0 ? c : bias;
    }

    /// <summary>One panel of x.</summary>
    private readonly struct PackRows(float* x, int rows, int height, int inputs, int depthStep, float* panels) : IJob
    {
        public void Run(int index)
        {
            int first = index * height, count = Math.Min(height, rows - first), width = Tile<V>.RowsFor(count);
            for (int k = 0; k < inputs; k += depthStep)
            {
                int depth = Math.Min(depthStep, inputs - k);
                float* panel = panels + ((nint)Packing<V>.RoundUp(rows, height) * k) + ((nint)first * depth);
                Packing<V>.Panel(Operand.AlongDepth(x + ((nint)first * inputs) + k, inputs), count, depth, panel, width);
            }
        }
    }
}
