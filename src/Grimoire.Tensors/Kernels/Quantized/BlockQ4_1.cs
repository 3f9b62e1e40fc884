using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Grimoire.Tensors;

/// <summary>
/// <see cref="DType.Q4_1"/>: 32 numbers x = d · q + m in 20 bytes: d and m as binary16, then the q as in <see cref="BlockQ4_0"/>.
/// </summary>
internal readonly unsafe struct BlockQ4_1 : IBlock
{
    public static int Size => 32;

    public static int Bytes => 20;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Decode<V>(byte* block, float* values)
        where V : unmanaged, ILanes<V>
    {
        V d = V.Create(Packed.Load(block)), m = V.Create(Packed.Load(block + 2));
        Vector128<byte> q = Vector128.Load(block + 4);
        Sixteen<V>.Put(Packed.Low4(q).AsSByte(), d, m, values);
        Sixteen<V>.Put(Packed.High4(q).AsSByte(), d, m, values + 16);
    }

    public static void Encode(float* values, float* weights, byte* block)
    {
        byte* codes = stackalloc byte[Size];
        (float d, float m) = weights == null ? SingleFit.RoundFromLeast(values, 15, codes)
            : SingleFit.ScaleAndOffset(values, weights, new Levels(0, 15), codes);
        Packed.Store(d, block);
        Packed.Store(m, block + 2);
        Packed.StoreNibbles(codes, block + 4);
    }
}
