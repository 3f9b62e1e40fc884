namespace Grimoire.Tensors;

/// <summary>
/// Products of many quantised rows with several packed weights of any types, <c>y = x Wᵀ + b</c>, as one job over all their outputs: the bits of <see
/// cref="IntegerGemv{V, B, T}"/> on every row. For sixteen outputs and a stretch of the inputs, codes and scales are decoded once into the first-level cache,
/// then all rows pass by.
/// </summary>
internal readonly unsafe struct IntegerGemm<V, B>(IntegerProduct* products, IntegerPanels x, int groups) : IJob
    where V : unmanaged, ILanes<V>
    where B : unmanaged, IBytes<B, V>
{
    /// <summary>Fewer rows are faster one after the other.</summary>
    public const int MinRows = 5;

    /// <summary>Groups of outputs in a piece of work, at most: so often is a stretch of x read from the second-level cache.</summary>
    public const int MaxGroups = 4;

    /// <summary>Pieces for each thread, so that all are busy to the end.</summary>
    private const int Share = 8;

    public static void Multiply(PackedProduct* products, int count, float* x, int rows, int inputs, int threads)
    {
        IntegerProduct* all = stackalloc IntegerProduct[count];
        int groups = 0;
        for (int i = 0; i < count; i++)
        {
            all[i] = IntegerProduct.Of<V, B>(products[i]);
            groups += products[i].Groups;
        }

        var panels = IntegerPanels.InScratch(rows, inputs, all, count);
        panels.Fill<V, B>(x, threads);
        var job = new IntegerGemm<V, B>(all, panels, Math.Clamp(groups / (Share * threads), 1, MaxGroups));
        int pieces = 0;
        for (int i = 0; i < count; i++)
            pieces += job.Pieces(all[i]);
        ThreadTeam.Shared.Run(ref job, pieces, threads);
    }

    public void Run(int index)
    {
        IntegerProduct* product = products;
        for (int pieces; index >= (pieces = Pieces(*product)); product++)
            index -= pieces;
        var work = new StripWork(*product, x, index * groups, Math.Min((index + 1) * groups, product->Product.Groups));
        PackedTypes.Run(product->Product.Type, ref work);
    }

    private int Pieces(in IntegerProduct product) => (product.Product.Groups + groups - 1) / groups;

    private readonly struct StripWork(IntegerProduct product, IntegerPanels x, int first, int end) : IPackedWork
    {
        public void Run<T>()
            where T : struct, IPackedBlock
        {
            if (x.Rows <= IntegerFew<V, B, T>.MaxRows)
                new IntegerFew<V, B, T>(product, x).Multiply(first, end);
            else
                new IntegerStrip<V, B, T>(product, x).Multiply(first, end);
        }
    }
}
