namespace Grimoire.Tensors;

/// <summary>Some rows of a quantised input and the packed weight that they are sent to.</summary>
internal readonly unsafe struct ExpertPart(PackedProduct product, QuantizedRows x, int firstPiece)
{
    /// <summary>Bytes of weights in a piece of work, about.</summary>
    private const int PieceSize = 1 << 15;

    public readonly PackedProduct Product = product;
    public readonly QuantizedRows X = x;
    public readonly int FirstPiece = firstPiece;

    public int GroupsOfPiece => (int)Math.Max(1, PieceSize / Product.Type.Bytes((long)Interleave.Rows * X.Inputs));

    public int EndPiece => FirstPiece + ((Product.Groups + GroupsOfPiece - 1) / GroupsOfPiece);
}

/// <summary>Few rows each for many packed weights, as one job: a token and its experts.</summary>
internal readonly unsafe struct PackedExperts<V, B>(ExpertPart* parts) : IJob
    where V : unmanaged, ILanes<V>
    where B : unmanaged, IBytes<B, V>
{
    public static void Multiply(ExpertPart* parts, int count, int threads)
    {
        var job = new PackedExperts<V, B>(parts);
        ThreadTeam.Shared.Run(ref job, count == 0 ? 0 : parts[count - 1].EndPiece, threads);
    }

    public void Run(int index)
    {
        ExpertPart* part = parts;
        while (index >= part->EndPiece)
            part++;
        int first = (index - part->FirstPiece) * part->GroupsOfPiece;
        var work = new Work(*part, first, Math.Min(first + part->GroupsOfPiece, part->Product.Groups));
        PackedTypes.Run(part->Product.Type, ref work);
    }

    private readonly struct Work(ExpertPart part, int first, int end) : IPackedWork
    {
        public void Run<T>()
            where T : struct, IPackedBlock => new IntegerGemv<V, B, T>(part.Product, part.X).Multiply(first, end);
    }
}
