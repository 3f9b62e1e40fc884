using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>
/// Rows of activations in eight bits, the numbers of <see cref="QuantizedRows"/>, as <see cref="IntegerTile{V, B, TStep}"/> reads them: eight rows side by
/// side, block after block of 32 inputs. Besides the codes a block has sides, for each product what its type asks for: eight scales, eight starts of sums and,
/// where there are minima, eight shares of each part.
/// </summary>
internal readonly unsafe struct IntegerPanels(int rows, int inputs, IntegerProduct* products, int count, sbyte* codes)
{
    /// <summary>Rows of a panel.</summary>
    public const int Height = 8;

    /// <summary>Blocks of a panel that are one piece of work.</summary>
    private const int Stretch = 32;

    public int Rows => rows;

    public int Blocks => inputs / QuantizedRows.Size;

    /// <summary>How many panels there are; missing rows of the last are zeros.</summary>
    public int Count => (rows + Height - 1) / Height;

    /// <summary>Room for rows and for their sides for some products in the calling thread's scratch, until it asks again.</summary>
    public static IntegerPanels InScratch(int rows, int inputs, IntegerProduct* products, int count)
    {
        long blocks = (rows + Height - 1L) / Height * (inputs / QuantizedRows.Size), floats = blocks * Height * QuantizedRows.Size / sizeof(float);
        for (int i = 0; i < count; i++)
            floats += blocks * products[i].SideSize;
        float* memory = Scratch.Shared(floats), sides = memory + (blocks * Height * QuantizedRows.Size / sizeof(float));
        for (int i = 0; i < count; i++)
        {
            products[i].Sides = sides;
            sides += blocks * products[i].SideSize;
        }

        return new(rows, inputs, products, count, (sbyte*)memory);
    }

    /// <summary>Rounds rows of floats.</summary>
    public void Fill<V, B>(float* x, int threads)
        where V : unmanaged, ILanes<V>
        where B : unmanaged, IBytes<B, V>
    {
        int stretches = (Blocks + Stretch - 1) / Stretch;
        var job = new Rounding<V, B>(this, x, stretches);
        ThreadTeam.Shared.Run(ref job, Count * stretches, threads);
    }

    /// <summary>The codes of a panel from a block on.</summary>
    public sbyte* Codes(int panel, int block) => codes + ((((nint)panel * Blocks) + block) * (Height * QuantizedRows.Size));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void PutSides(nint block, int blocks, sbyte* codes, float* scales)
    {
        for (int i = 0; i < count; i++)
        {
            for (int b = 0; b < blocks; b++)
                products[i].PutSides(block + b, codes + (b * Height * QuantizedRows.Size), scales + (b * Height));
        }
    }

    private readonly struct Rounding<V, B>(IntegerPanels panels, float* x, int stretches) : IJob
        where V : unmanaged, ILanes<V>
        where B : unmanaged, IBytes<B, V>
    {
        [SkipLocalsInit]
        public void Run(int index)
        {
            int panel = index / stretches, first = index % stretches * Stretch, blocks = Math.Min(Stretch, panels.Blocks - first);
            sbyte* codes = panels.Codes(panel, first);
            float* scales = stackalloc float[Stretch * Height];
            for (int r = 0; r < Height; r++)
            {
                nint row = (panel * Height) + r;
                if (row < panels.Rows)
                    Round(x + (((row * panels.Blocks) + first) * QuantizedRows.Size), blocks, scales + r, codes + (r * QuantizedRows.Size));
                else
                    Clear(blocks, scales + r, codes + (r * QuantizedRows.Size));
            }

            panels.PutSides(((nint)panel * panels.Blocks) + first, blocks, codes, scales);
        }

        private static void Clear(int blocks, float* scales, sbyte* codes)
        {
            for (int i = 0; i < blocks; i++, codes += Height * QuantizedRows.Size)
            {
                scales[i * Height] = 0;
                new Span<sbyte>(codes, QuantizedRows.Size).Clear();
            }
        }

        /// <summary>The blocks of a row: their scales first, as divisions are fast in company.</summary>
        [SkipLocalsInit]
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Round(float* x, int blocks, float* blockScales, sbyte* codes)
        {
            float* scales = stackalloc float[Stretch];
            V infinite = V.Create(0);
            for (int i = 0; i < blocks; i++)
            {
                V largest = V.Create(0);
                for (int k = 0; k < QuantizedRows.Size; k += V.Count)
                {
                    V value = V.Load(x + (i * QuantizedRows.Size) + k);
                    largest = V.Max(largest, V.Abs(value));
                    infinite = V.MultiplyAdd(value, V.Create(0), infinite); // NaN from the first x that is not finite
                }

                scales[i] = V.MaxOf(largest);
            }

            for (int i = blocks; i < Stretch; i++)
                scales[i] = 0;
            for (int i = 0; i < Stretch; i += V.Count)
                (V.Load(scales + i) / V.Create(127)).Store(scales + i);
            if (!float.IsFinite(V.Sum(infinite)))
                Mark(x, blocks, scales);
            for (int i = 0; i < blocks; i++, codes += Height * QuantizedRows.Size)
            {
                blockScales[i * Height] = scales[i];
                V divisor = V.Create(scales[i] == 0 ? float.PositiveInfinity : scales[i]);
                for (int k = 0; k < QuantizedRows.Size; k += V.Count)
                {
                    // Only the least scales of all, which have few bits themselves, can lead beyond 127.
                    V q = V.Min(V.Max(V.Round(V.Load(x + (i * QuantizedRows.Size) + k) / divisor), V.Create(-127)), V.Create(127));
                    B.Store(q, codes + k);
                }
            }
        }

        /// <summary>The scale of a block is not a number where some x is not finite.</summary>
        private static void Mark(float* x, int blocks, float* scales)
        {
            for (int i = 0; i < blocks; i++)
            {
                foreach (float value in new ReadOnlySpan<float>(x + (i * QuantizedRows.Size), QuantizedRows.Size))
                    scales[i] = float.IsFinite(value) ? scales[i] : float.NaN;
            }
        }
    }
}
