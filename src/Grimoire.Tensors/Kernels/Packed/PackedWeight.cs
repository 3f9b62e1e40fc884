using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Grimoire.Tensors;

/// <summary>
/// A matrix in the order in which a linear layer reads it fastest, beside the tensor it was made of: groups of sixteen rows (the last filled up with zeros), in
/// each the records of <see cref="IPackedBlock"/> one after the other; floats as <see cref="FloatPanels"/> has them.
/// </summary>
internal sealed unsafe class PackedWeight
{
    private readonly object owner;

    /// <summary>A packed weight over memory of somebody else, whom it keeps alive.</summary>
    public PackedWeight(DType type, int outputs, int inputs, byte* data, object owner)
    {
        (Type, Outputs, Inputs, this.owner) = (type, outputs, inputs, owner);
        Data = data;
    }

    /// <summary>The type of the tensor.</summary>
    public DType Type { get; }

    /// <summary>Rows of the tensor.</summary>
    public int Outputs { get; }

    /// <summary>Columns.</summary>
    public int Inputs { get; }

    /// <summary>The first record.</summary>
    public byte* Data { get; }

    /// <summary>Bytes in all.</summary>
    public long Bytes => Size(Type, Outputs, Inputs);

    /// <summary>How many groups of sixteen rows there are.</summary>
    public int Groups => (Outputs + Interleave.Rows - 1) / Interleave.Rows;

    /// <summary>Bytes that a weight takes.</summary>
    public static long Size(DType type, int outputs, int inputs)
    {
        if (!type.IsQuantized())
            return FloatPanels.Size(type, outputs, inputs);
        var size = default(SizeWork);
        PackedTypes.Run(type, ref size);
        return (outputs + Interleave.Rows - 1L) / Interleave.Rows * (inputs / size.Inputs) * size.Bytes;
    }

    /// <summary>Packs a matrix into memory of <see cref="Size"/> bytes.</summary>
    public static void Pack(Tensor weight, byte* destination, int threads)
    {
        if (!weight.DType.IsQuantized())
        {
            FloatPanels.Pack(weight, destination, threads);
            return;
        }

        var work = new PackWork(weight, destination, threads);
        PackedTypes.Run(weight.DType, ref work);
        GC.KeepAlive(weight);
    }

    /// <summary>Keeps the memory until here.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void KeepAlive() => GC.KeepAlive(owner);

    private struct SizeWork : IPackedWork
    {
        public int Inputs;
        public int Bytes;

        public void Run<T>()
            where T : struct, IPackedBlock => (Inputs, Bytes) = (T.Inputs, T.Bytes);
    }

    private readonly struct PackWork(Tensor weight, byte* destination, int threads) : IPackedWork
    {
        public void Run<T>()
            where T : struct, IPackedBlock
        {
            int outputs = weight.Shape[0], inputs = weight.Shape[1];
            var job = new PackJob<T>(weight.Data, (nint)weight.DType.Bytes(inputs), weight.DType.BlockBytes(), outputs, inputs / T.Inputs, destination);
            ThreadTeam.Shared.Run(ref job, (outputs + Interleave.Rows - 1) / Interleave.Rows, threads);
        }
    }

    /// <summary>Asks for rows in the order in which they lie: sixteen at once, a block each, are more streams than a processor foresees.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fetch(byte* rows, nint bytes)
    {
        for (byte* at = rows; Sse.IsSupported && at < rows + bytes; at += 64)
            Sse.Prefetch1(at);
    }

    /// <summary>One group.</summary>
    private readonly struct PackJob<T>(byte* rows, nint rowBytes, int blockBytes, int outputs, int records, byte* packed) : IJob
        where T : struct, IPackedBlock
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int index)
        {
            int first = index * Interleave.Rows, count = Math.Min(Interleave.Rows, outputs - first);
            byte* from = rows + (first * rowBytes), to = packed + ((nint)index * records * T.Bytes);
            Fetch(from, count * rowBytes);
            for (int i = 0; i < records; i++, from += blockBytes, to += T.Bytes)
                T.Pack(from, rowBytes, count, to);
        }
    }
}
