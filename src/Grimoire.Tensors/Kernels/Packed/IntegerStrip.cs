using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Grimoire.Tensors;

/// <summary>Some groups of sixteen outputs of a product for all rows of x.</summary>
internal readonly unsafe ref struct IntegerStrip<V, B, T>
    where V : unmanaged, ILanes<V>
    where B : unmanaged, IBytes<B, V>
    where T : struct, IPackedBlock
{
    /// <summary>Inputs whose codes are decoded at once: 16 KiB of them, a third of a first-level cache.</summary>
    private const int Stretch = 1024;

    /// <summary>The same where few rows share the work: short, so that memory is read steadily.</summary>
    private const int ShortStretch = 256;

    /// <summary>Panels whose sums are kept at once, and whose stretch stays in the second-level cache.</summary>
    private const int PanelsAtOnce = 64;

    private readonly IntegerProduct product;
    private readonly IntegerPanels x;
    private readonly int records, stretch;

    public IntegerStrip(in IntegerProduct product, in IntegerPanels x)
    {
        (this.product, this.x) = (product, x);
        records = x.Blocks * QuantizedRows.Size / T.Inputs;
        stretch = Math.Min(records, (x.Count <= 2 ? ShortStretch : Stretch) / T.Inputs);
    }

    private static int BlocksOfRecord => T.Inputs / QuantizedRows.Size;

    /// <summary>Floats of the scales of a block.</summary>
    private static int ScaleSize => QuantizedRows.Size / T.Part * (T.HasMinimum ? 2 : 1) * Interleave.Rows;

    /// <summary>Floats of the sums of a panel.</summary>
    private static int SumSize => IntegerPanels.Height * Interleave.Rows;

    public void Multiply(int first, int end)
    {
        int blocks = stretch * BlocksOfRecord, panels = Math.Min(PanelsAtOnce, x.Count);
        float* memory = Scratch.Own((blocks * ((Interleave.Codes / sizeof(float)) + ScaleSize)) + ((end - first) * panels * SumSize));
        byte* codes = (byte*)memory;
        float* scales = memory + (blocks * Interleave.Codes / sizeof(float)), sums = scales + (blocks * ScaleSize);
        for (int panel = 0; panel < x.Count; panel += panels)
        {
            int count = Math.Min(panels, x.Count - panel);
            for (int group = first; group < end; group++)
                product.Begin<V>(group, count * IntegerPanels.Height, sums + ((group - first) * count * SumSize));
            for (int record = 0; record < records; record += stretch)
            {
                int part = Math.Min(stretch, records - record);
                for (int group = first; group < end; group++)
                {
                    Decode(Record(group, record), part, codes, scales);
                    byte* next = group < end - 1 ? Record(group + 1, record) : Record(first, record + part);
                    Add(codes, scales, panel, count, record * BlocksOfRecord, part * BlocksOfRecord, sums + ((group - first) * count * SumSize), next);
                    if (record + part == records)
                        product.FetchOutputs(group, panel * IntegerPanels.Height, Math.Min(x.Rows, (panel + count) * IntegerPanels.Height));
                }
            }

            product.Finish<V>(first, end, panel * IntegerPanels.Height, Math.Min(x.Rows, (panel + count) * IntegerPanels.Height), sums, count * SumSize);
        }
    }

    private byte* Record(int group, int record) => product.Product.Data + ((((nint)group * records) + record) * T.Bytes);

    /// <summary>Codes and scales of some records, as a tile reads them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Decode(byte* record, int count, byte* codes, float* scales)
    {
        const int Rows = Interleave.Rows;
        for (; count > 0; count--, record += T.Bytes, codes += BlocksOfRecord * Interleave.Codes, scales += BlocksOfRecord * ScaleSize)
        {
            for (int lane = 0; lane < Rows; lane += V.Count)
            {
                V unit = T.Unit<V>(record, lane), minimum = T.HasMinimum ? T.MinimumUnit<V>(record, lane) : default;
                byte* to = codes + (4 * lane);
                float* numbers = scales + lane;
                for (int g = 0, part = 0; g < BlocksOfRecord; g++, to += Interleave.Codes, numbers += ScaleSize)
                {
                    Put(T.Quad<B>(record, g, 0, lane), to);
                    Put(T.Quad<B>(record, g, 1, lane), to + 64);
                    Put(T.Quad<B>(record, g, 2, lane), to + 128);
                    Put(T.Quad<B>(record, g, 3, lane), to + 192);
                    Put(T.Quad<B>(record, g, 4, lane), to + 256);
                    Put(T.Quad<B>(record, g, 5, lane), to + 320);
                    Put(T.Quad<B>(record, g, 6, lane), to + 384);
                    Put(T.Quad<B>(record, g, 7, lane), to + 448);
                    for (int i = 0; i < QuantizedRows.Size / T.Part; i++, part++)
                    {
                        T.Scale(unit, record, part, lane).Store(numbers + (i * Rows));
                        if (T.HasMinimum)
                            T.Minimum(minimum, record, part, lane).Store(numbers + ((i + (QuantizedRows.Size / T.Part)) * Rows));
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(B codes, byte* to) => *(B*)to = codes;

    private void Add(byte* codes, float* scales, int panel, int count, int block, int blocks, float* sums, byte* next)
    {
        if (T.Part == 16)
            Add<HalvesStep<V, B, T>>(codes, scales, panel, count, block, blocks, sums, next);
        else if (!IntegerDot<V, B, T>.IsWide)
            Add<WholeStep<V, B, T>>(codes, scales, panel, count, block, blocks, sums, next);
        else
            Add<ByteStep<V, B>>(codes, scales, panel, count, block, blocks, sums, next);
    }

    /// <summary>All panels pass by a stretch of the codes, while memory brings the next.</summary>
    private void Add<TStep>(byte* codes, float* scales, int panel, int count, int block, int blocks, float* sums, byte* next)
        where TStep : struct, IIntegerStep<V, B>
    {
        int sideSize = product.SideSize, scaleSize = ScaleSize, ahead = ((blocks / BlocksOfRecord * T.Bytes) + count - 1) / count;
        for (int p = panel; p < panel + count; p++, sums += SumSize)
        {
            Fetch(next, ahead);
            next += ahead;
            sbyte* from = x.Codes(p, block);
            float* sides = product.Sides + ((((nint)p * x.Blocks) + block) * sideSize);
            bool few = x.Rows - (p * IntegerPanels.Height) <= IntegerPanels.Height / 2;
            for (int lane = 0; lane < Interleave.Rows; lane += V.Count)
            {
                byte* c = codes + (4 * lane);
                if (V.ManyRegisters && !few)
                {
                    IntegerTile<V, B, TStep>.Eight(c, scales + lane, scaleSize, from, sides, sideSize, blocks, sums + lane);
                    continue;
                }

                IntegerTile<V, B, TStep>.Four(c, scales + lane, scaleSize, from, sides, sideSize, blocks, sums + lane);
                if (!few)
                    IntegerTile<V, B, TStep>.Four(c, scales + lane, scaleSize, from + 128, sides + 4, sideSize, blocks, sums + lane + 64);
            }
        }
    }

    /// <summary>Asks memory for what is needed next: the tiles alone would leave it idle.</summary>
    private static void Fetch(byte* next, int bytes)
    {
        if (Sse.IsSupported)
        {
            for (byte* end = next + bytes; next < end; next += 64)
                Sse.Prefetch1(next);
        }
    }
}
