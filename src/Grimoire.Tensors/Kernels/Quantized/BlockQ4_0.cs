using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Grimoire.Tensors;

/// <summary>
/// <see cref="DType.Q4_0"/>: 32 numbers x = d · (q − 8) in 18 bytes: d as binary16, then 16 bytes, each with the q of number i in its lower half and of number
/// i + 16 in its upper.
/// </summary>
internal readonly unsafe struct BlockQ4_0 : IBlock
{
    public static int Size => 32;

    public static int Bytes => 18;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Decode<V>(byte* block, float* values)
        where V : unmanaged, ILanes<V>
    {
        V d = V.Create(Packed.Load(block));
        Vector128<byte> q = Vector128.Load(block + 2);
        Sixteen<V>.Put(Packed.Low4(q).Less(8), d, values);
        Sixteen<V>.Put(Packed.High4(q).Less(8), d, values + 16);
    }

    public static void Encode(float* values, float* weights, byte* block)
    {
        byte* codes = stackalloc byte[Size];
        float d = weights == null ? SingleFit.RoundSymmetric(values, 8, codes) : SingleFit.Scale(values, weights, new Levels(-8, 7), codes);
        Packed.Store(d, block);
        Packed.StoreNibbles(codes, block + 2);
    }
}
