namespace Grimoire.Tensors;

/// <summary>What is done with one of the packed types.</summary>
internal interface IPackedWork
{
    void Run<T>()
        where T : struct, IPackedBlock;
}

/// <summary>The packed forms of the quantised types by their <see cref="DType"/>: the one place that lists them.</summary>
internal static class PackedTypes
{
    public static void Run<TWork>(DType type, ref TWork work)
        where TWork : struct, IPackedWork, allows ref struct
    {
        switch (type)
        {
            case DType.Q4_0: work.Run<PackedQ4_0>(); break;
            case DType.Q4_1: work.Run<PackedQ4_1>(); break;
            case DType.Q5_0: work.Run<PackedQ5_0>(); break;
            case DType.Q5_1: work.Run<PackedQ5_1>(); break;
            case DType.Q8_0: work.Run<PackedQ8_0>(); break;
            case DType.Q2_K: work.Run<PackedQ2_K>(); break;
            case DType.Q3_K: work.Run<PackedQ3_K>(); break;
            case DType.Q4_K: work.Run<PackedQ4_K>(); break;
            case DType.Q5_K: work.Run<PackedQ5_K>(); break;
            case DType.Q6_K: work.Run<PackedQ6_K>(); break;
            case DType.IQ4_NL: work.Run<PackedIQ4_NL>(); break;
            case DType.IQ4_XS: work.Run<PackedIQ4_XS>(); break;
            case DType.MXFP4: work.Run<PackedMXFP4>(); break;
            default: throw new InvalidOperationException($"{type} is not stored in blocks");
        }
    }
}
