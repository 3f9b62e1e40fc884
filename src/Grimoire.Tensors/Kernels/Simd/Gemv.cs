namespace Grimoire.Tensors;

/// <summary>
/// <c>y = x Wᵀ + b</c> for one row x: decoding. The weights are read once, in place, as fast as memory gives them. Every output is one chain of multiply-adds
/// over the inputs that begins with the bias, as in the products of many rows.
/// </summary>
internal readonly unsafe struct Gemv<V, T>(float* x, byte* weight, float* bias, float* y, int inputs, int outputs, int pieces) : IJob
    where V : unmanaged, ILanes<V>
    where T : struct, IStoredPair
{
    /// <summary>Weights of one piece of work.</summary>
    private const int PieceSize = 1 << 15;

    private const float LargestHalf = 65504;

    /// <summary>Bytes of a row of the weight.</summary>
    private readonly nint size = (nint)inputs * GemvRows<V, T>.Size;

    private static int Width => GemvRows<V, T>.Width;

    public static void Multiply(float* x, byte* weight, float* bias, float* y, int inputs, int outputs, int threads)
    {
        int pieces = (int)Math.Min((outputs + Width - 1) / Width, (((long)outputs * inputs) + PieceSize - 1) / PieceSize);
        var job = new Gemv<V, T>(x, weight, bias, y, inputs, outputs, pieces);
        ThreadTeam.Shared.Run(ref job, pieces, threads);
    }

    public void Run(int index)
    {
        int groups = (outputs + Width - 1) / Width;
        int end = (int)((long)groups * (index + 1) / pieces);
        byte** rows = stackalloc byte*[Width];
        float* sums = stackalloc float[Width];
        for (int group = (int)((long)groups * index / pieces); group < end; group++)
            Group(group * Width, Math.Min(Width, outputs - (group * Width)), rows, sums);
    }

    /// <summary>Some neighbouring outputs; one that is not there repeats the last.</summary>
    private void Group(int first, int count, byte** rows, float* sums)
    {
        for (int i = 0; i < Width; i++)
            rows[i] = weight + ((first + Math.Min(i, count - 1)) * size);
        Begin(first, count, sums);
        if (GemvRows<V, T>.Add(rows, x, inputs, sums, Width * size) > LargestHalf)
        {
            Begin(first, count, sums);
            GemvRows<V, AnyHalfPair>.Add(rows, x, inputs, sums, Width * size);
        }

        new Span<float>(sums, count).CopyTo(new Span<float>(y + first, count));
    }

    private void Begin(int first, int count, float* sums)
    {
        if (bias == null)
            new Span<float>(sums, count).Clear();
        else
            new Span<float>(bias + first, count).CopyTo(new Span<float>(sums, count));
    }
}
