using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>
/// Some groups of sixteen outputs of a product for few rows of x. Decoding a block costs as much as two rows, so it is done again for each panel rather than
/// stored.
/// </summary>
internal readonly unsafe ref struct IntegerFew<V, B, T>
    where V : unmanaged, ILanes<V>
    where B : unmanaged, IBytes<B, V>
    where T : struct, IPackedBlock
{
    /// <summary>Bytes of records that stay in the first-level cache for the next panel, or for the next lanes.</summary>
    private const int Stretch = 4096;

    /// <summary>Floats of the sums of a group.</summary>
    private const int SumSize = 2 * IntegerPanels.Height * Interleave.Rows;

    private readonly IntegerProduct product;
    private readonly IntegerPanels x;
    private readonly int records;

    public IntegerFew(in IntegerProduct product, in IntegerPanels x) =>
        (this.product, this.x, records) = (product, x, x.Blocks * QuantizedRows.Size / T.Inputs);

    /// <summary>More rows are faster from codes decoded once. Those that are looked up are too dear to decode for each row.</summary>
    public static int MaxRows => !IntegerDot<V, B, T>.IsWide || T.Bytes > Interleave.Rows * T.Inputs ? 2 * IntegerPanels.Height : 0;

    [SkipLocalsInit]
    public void Multiply(int first, int end)
    {
        float* sums = stackalloc float[IntegerGemm<V, B>.MaxGroups * SumSize];
        for (int group = first; group < end; group++)
        {
            float* to = sums + ((group - first) * SumSize);
            product.Begin<V>(group, x.Count * IntegerPanels.Height, to);
            product.FetchOutputs(group, 0, x.Rows);
            if (T.Part == 16)
                Add<HalvesStep<V, B, T>>(group, to);
            else if (IntegerDot<V, B, T>.IsWide)
                Add<ByteStep<V, B>>(group, to);
            else
                Add<WholeStep<V, B, T>>(group, to);
        }

        product.Finish<V>(first, end, 0, x.Rows, sums, SumSize);
    }

    private void Add<TStep>(int group, float* sums)
        where TStep : struct, IIntegerStep<V, B>
    {
        bool both = typeof(TStep) == typeof(WholeStep<V, B, T>) && V.ManyRegisters && x.Rows > 12;
        int stretch = both && V.Count == Interleave.Rows ? records : Math.Max(1, Stretch / T.Bytes), sideSize = product.SideSize;
        for (int record = 0; record < records; record += stretch)
        {
            byte* from = product.Product.Data + ((((nint)group * records) + record) * T.Bytes);
            int count = Math.Min(stretch, records - record), block = record * (T.Inputs / QuantizedRows.Size);
            if (both)
            {
                for (int lane = 0; lane < Interleave.Rows; lane += V.Count)
                {
                    RecordTile<V, B, T, TStep>.Sixteen(
                        from, count, lane, x.Codes(0, block), product.Sides + (block * sideSize), x.Blocks, sideSize, sums + lane);
                }

                continue;
            }

            for (int panel = 0; panel < x.Count; panel++)
            {
                sbyte* q = x.Codes(panel, block);
                float* sides = product.Sides + ((((nint)panel * x.Blocks) + block) * sideSize), to = sums + (panel * IntegerPanels.Height * Interleave.Rows);
                bool half = x.Rows - (panel * IntegerPanels.Height) <= IntegerPanels.Height / 2;
                for (int lane = 0; lane < Interleave.Rows; lane += V.Count)
                {
                    if (V.ManyRegisters && !half)
                    {
                        RecordTile<V, B, T, TStep>.Eight(from, count, lane, q, sides, sideSize, to + lane);
                        continue;
                    }

                    RecordTile<V, B, T, TStep>.Four(from, count, lane, q, sides, sideSize, to + lane);
                    if (!half)
                        RecordTile<V, B, T, TStep>.Four(from, count, lane, q + 128, sides + 4, sideSize, to + lane + 64);
                }
            }
        }
    }
}
