namespace Grimoire.Tensors;

/// <summary>Products of one input with several packed weights of any types, as one job over all their outputs.</summary>
internal readonly unsafe struct PackedGemv<V, B>(PackedProduct* products, QuantizedRows x) : IJob
    where V : unmanaged, ILanes<V>
    where B : unmanaged, IBytes<B, V>
{
    /// <summary>Bytes of one piece of work, about: long enough for the memory to see a stream, short enough to share fairly.</summary>
    private const int PieceSize = 1 << 16;

    public static void Multiply(PackedProduct* products, int count, QuantizedRows x, int threads)
    {
        var job = new PackedGemv<V, B>(products, x);
        int pieces = 0;
        for (int i = 0; i < count; i++)
            pieces += job.Pieces(products[i]);
        ThreadTeam.Shared.Run(ref job, pieces, threads);
    }

    public void Run(int index)
    {
        PackedProduct* product = products;
        for (int pieces; index >= (pieces = Pieces(*product)); product++)
            index -= pieces;
        int size = GroupsOfPiece(*product), first = index * size;
        var work = new GemvWork(*product, x, first, Math.Min(first + size, product->Groups));
        PackedTypes.Run(product->Type, ref work);
    }

    private int Pieces(in PackedProduct product) => (product.Groups + GroupsOfPiece(product) - 1) / GroupsOfPiece(product);

    private int GroupsOfPiece(in PackedProduct product) => (int)Math.Max(1, PieceSize / (Interleave.Rows * product.Type.Bytes(x.Inputs)));

    private readonly struct GemvWork(PackedProduct product, QuantizedRows x, int first, int end) : IPackedWork
    {
        public void Run<T>()
            where T : struct, IPackedBlock => new IntegerGemv<V, B, T>(product, x).Multiply(first, end);
    }
}
