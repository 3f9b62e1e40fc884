using System.Numerics;

namespace Grimoire.Tensors;

/// <summary>Products of one input with several packed weights of any types, as one job over all their groups of outputs.</summary>
/// <remarks>
/// Memory is fastest where each thread reads one long stretch, and the work is shared fairest where stretches are short: so each piece of a thread's range
/// takes half of what those before have left of it, and the last takes the rest.
/// </remarks>
internal readonly unsafe struct PackedGemv<V, B>(PackedProduct* products, QuantizedRows x, int groups, int pieces, int threads) : IJob
    where V : unmanaged, ILanes<V>
    where B : unmanaged, IBytes<B, V>
{
    /// <summary>Bytes of the smallest pieces, about.</summary>
    private const int PieceSize = 1 << 15;

    public static void Multiply(PackedProduct* products, int count, QuantizedRows x, int threads)
    {
        int groups = 0;
        long bytes = 0;
        for (int i = 0; i < count; i++)
        {
            groups += products[i].Groups;
            bytes += products[i].Type.Bytes((long)products[i].Outputs * x.Inputs);
        }

        threads = (int)Math.Clamp(bytes / PieceSize, 1, threads);
        int pieces = threads == 1 ? 1 : 1 + BitOperations.Log2((uint)Math.Min(bytes / PieceSize / threads, 1 << 8));
        var job = new PackedGemv<V, B>(products, x, groups, pieces, threads);
        ThreadTeam.Shared.Run(ref job, pieces * threads, threads);
    }

    public void Run(int index)
    {
        int first = Start(index), end = Start(index + 1);
        for (PackedProduct* product = products; first < end; product++)
        {
            int size = product->Groups, last = Math.Min(end, size);
            if (first < last)
            {
                var work = new GemvWork(*product, x, first, last);
                PackedTypes.Run(product->Type, ref work);
                first = last;
            }

            (first, end) = (first - size, end - size);
        }
    }

    /// <summary>The first group of a piece.</summary>
    private int Start(int index)
    {
        (int thread, int piece) = Math.DivRem(index, pieces);
        long first = (long)groups * thread / threads, end = (long)groups * (thread + 1) / threads;
        return (int)(end - ((end - first) >> piece));
    }

    private readonly struct GemvWork(PackedProduct product, QuantizedRows x, int first, int end) : IPackedWork
    {
        public void Run<T>()
            where T : struct, IPackedBlock => new IntegerGemv<V, B, T>(product, x).Multiply(first, end);
    }
}
