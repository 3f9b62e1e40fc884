using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Grimoire.Tensors;

/// <summary>
/// Quantised rows as <see cref="IntegerTile{V, B, TStep}"/> reads them: eight rows side by side, block after block of 32 inputs. Besides the codes a block has sides, for each
/// product what its type asks for: eight scales, eight starts of sums and, where there are minima, eight shares (scale · Σ q) of each part.
/// </summary>
internal readonly unsafe struct IntegerPanels(QuantizedRows rows, IntegerProduct* products, int count, sbyte* codes) : IJob
{
    /// <summary>Rows of a panel.</summary>
    public const int Height = 8;

    /// <summary>Blocks of a panel that are one piece of work.</summary>
    private const int Stretch = 32;

    public int Rows => rows.Rows;

    public int Blocks => rows.Inputs / QuantizedRows.Size;

    /// <summary>How many panels there are; missing rows of the last are zeros.</summary>
    public int Count => (rows.Rows + Height - 1) / Height;

    private int Stretches => (Blocks + Stretch - 1) / Stretch;

    /// <summary>Lays out rows for some products in scratch memory, until more is asked for.</summary>
    public static IntegerPanels Of(QuantizedRows rows, IntegerProduct* products, int count, int threads)
    {
        long blocks = (long)new IntegerPanels(rows, products, count, null).Count * (rows.Inputs / QuantizedRows.Size);
        long floats = blocks * Height * QuantizedRows.Size / sizeof(float);
        for (int i = 0; i < count; i++)
            floats += blocks * products[i].SideSize;
        float* memory = Scratch.Shared(floats);
        float* sides = memory + (blocks * Height * QuantizedRows.Size / sizeof(float));
        for (int i = 0; i < count; i++)
        {
            products[i].Sides = sides;
            sides += blocks * products[i].SideSize;
        }

        var panels = new IntegerPanels(rows, products, count, (sbyte*)memory);
        ThreadTeam.Shared.Run(ref panels, panels.Count * panels.Stretches, threads);
        return panels;
    }

    /// <summary>The codes of a panel from a block on.</summary>
    public sbyte* Codes(int panel, int block) => codes + (((nint)panel * Blocks) + block) * (Height * QuantizedRows.Size);

    /// <summary>Lays out a stretch of a panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(int index)
    {
        int panel = index / Stretches, first = index % Stretches * Stretch, end = Math.Min(first + Stretch, Blocks);
        for (int r = 0; r < Height; r++)
        {
            nint row = (panel * Height) + r;
            bool there = row < rows.Rows;
            for (int block = first; block < end; block++)
            {
                nint from = (row * Blocks) + block;
                Vector256<sbyte> q = there ? Vector256.Load(rows.Codes + (from * QuantizedRows.Size)) : Vector256<sbyte>.Zero;
                q.Store(Codes(panel, block) + (r * QuantizedRows.Size));
                QuantizedGroup group = there ? rows.Groups[from] : default;
                for (int i = 0; i < count; i++)
                    products[i].PutSide(q, group, ((nint)panel * Blocks) + block, r);
            }
        }
    }
}
