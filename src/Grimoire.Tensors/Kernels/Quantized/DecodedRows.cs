using System.Runtime.Intrinsics.X86;

namespace Grimoire.Tensors;

/// <summary>
/// <c>y = x Wᵀ + b</c> for one row x and quantised weights: a stretch of some rows of the weight is decoded into the first-level cache and multiplied from
/// there as floats, every output one chain of multiply-adds over the inputs that begins with the bias.
/// </summary>
internal readonly unsafe struct DecodedRows<V>(Tensor weight, float* x, float* bias, float* y) : IJob
    where V : unmanaged, ILanes<V>
{
    /// <summary>Inputs of a stretch: the longest block.</summary>
    private const int Depth = 256;

    private readonly DType type = weight.DType;
    private readonly byte* data = weight.Data;
    private readonly int outputs = weight.Shape[0], inputs = weight.Shape[1];

    private static int Width => GemvRows<V, SinglePair>.Width;

    public static void Multiply(Tensor x, Tensor weight, float* bias, float* y, int threads)
    {
        var job = new DecodedRows<V>(weight, (float*)x.Data, bias, y);
        ThreadTeam.Shared.Run(ref job, (job.outputs + Width - 1) / Width, threads);
    }

    public void Run(int index)
    {
        int first = index * Width, count = Math.Min(Width, outputs - first);
        float* decoded = Scratch.Own(Width * Depth), sums = stackalloc float[Width];
        byte** rows = stackalloc byte*[Width];
        for (int i = 0; i < Width; i++)
        {
            rows[i] = (byte*)(decoded + (Math.Min(i, count - 1) * Depth));
            sums[i] = bias == null || i >= count ? 0 : bias[first + i];
        }

        for (int k = 0; k < inputs; k += Depth)
        {
            int some = Math.Min(Depth, inputs - k);
            Decode(first, count, k, some, decoded);
            GemvRows<V, SinglePair>.Add(rows, x + k, some, sums, next: 0);
        }

        new Span<float>(sums, count).CopyTo(new Span<float>(y + first, count));
    }

    /// <summary>Decodes a stretch of some rows, and asks for the next.</summary>
    private void Decode(int first, int count, int k, int some, float* decoded)
    {
        long row = type.Bytes(inputs), bytes = type.Bytes(some), next = k + some < inputs ? bytes : (Width * row) - type.Bytes(k);
        byte* from = data + (first * row) + type.Bytes(k);
        for (int i = 0; i < count; i++, from += row, decoded += Depth)
        {
            for (long ahead = 0; ahead < bytes && Sse.IsSupported; ahead += 64)
                Sse.Prefetch0(from + next + ahead);
            Blocks<V>.Decode(type, from, decoded, some);
        }
    }
}
