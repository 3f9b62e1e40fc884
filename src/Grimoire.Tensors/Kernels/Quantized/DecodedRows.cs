namespace Grimoire.Tensors;

/// <summary>
/// <c>y = x Wᵀ + b</c> for up to some thirty rows x and quantised weights: rows of the weight are decoded into the first-level cache, as many as a tile of
/// outputs has, and multiplied from there as floats.
/// </summary>
internal readonly unsafe struct DecodedRows<V>(Tensor weight, float* x, float* bias, float* y, int rows) : IJob
    where V : unmanaged, ILanes<V>
{
    /// <summary>Weights of one piece of work.</summary>
    private const int PieceSize = 1 << 15;

    private readonly DType type = weight.DType;
    private readonly byte* data = weight.Data;
    private readonly int outputs = weight.Shape[0], inputs = weight.Shape[1];

    private int Tile => rows <= Gemv<V, Single32>.MaxRows ? 1 : DotTiles<V, Single32>.Outputs;

    private int Piece => Math.Max(Tile, PieceSize / inputs / Tile * Tile);

    public static void Multiply(Tensor x, Tensor weight, float* bias, float* y, int threads)
    {
        var job = new DecodedRows<V>(weight, (float*)x.Data, bias, y, x.Shape.Rows);
        ThreadTeam.Shared.Run(ref job, (job.outputs + job.Piece - 1) / job.Piece, threads);
    }

    public void Run(int index)
    {
        int end = Math.Min(outputs, (index + 1) * Piece);
        long rowBytes = type.Bytes(inputs);
        float* decoded = Scratch.Own((long)Tile * inputs);
        for (int o = index * Piece; o < end; o += Tile)
        {
            int count = Math.Min(Tile, end - o);
            Blocks<V>.Decode(type, data + (o * rowBytes), decoded, (nint)count * inputs);
            float* b = bias == null ? null : bias + o;
            if (Tile == 1)
                new Gemv<V, Single32>(x, (byte*)decoded, b, y + o, outputs, rows, inputs, 1).Run(0);
            else
                new DotTiles<V, Single32>(x, (byte*)decoded, b, y + o, outputs, rows, inputs, count).Run(0);
        }
    }
}
