using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Grimoire.Tensors;

/// <summary>
/// <see cref="DType.Q5_0"/>: 32 numbers x = d · (q − 16) in 22 bytes: d as binary16, the fifth bits of all q as one 32-bit number, then their lower four
/// bits as in <see cref="BlockQ4_0"/>.
/// </summary>
internal readonly unsafe struct BlockQ5_0 : IBlock
{
    public static int Size => 32;

    public static int Bytes => 22;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Decode<V>(byte* block, float* values)
        where V : unmanaged, ILanes<V>
    {
        V d = V.Create(Packed.Load(block));
        ushort* fifth = (ushort*)(block + 2);
        Vector128<byte> q = Vector128.Load(block + 6);
        Sixteen<V>.Put((Packed.Low4(q) | Packed.FifthBits(fifth[0])).Less(16), d, values);
        Sixteen<V>.Put((Packed.High4(q) | Packed.FifthBits(fifth[1])).Less(16), d, values + 16);
    }

    public static void Encode(float* values, float* weights, byte* block)
    {
        byte* codes = stackalloc byte[Size];
        float d = weights == null ? SingleFit.RoundSymmetric(values, 16, codes) : SingleFit.Scale(values, weights, new Levels(-16, 15), codes);
        Packed.Store(d, block);
        StoreFiveBits(codes, block + 2);
    }

    /// <summary>The fifth bits, then the lower four of all.</summary>
    internal static void StoreFiveBits(byte* codes, byte* bytes)
    {
        uint fifth = 0;
        for (int i = 0; i < Size; i++)
            fifth |= (uint)(codes[i] >> 4) << i;
        *(uint*)bytes = fifth;
        Packed.StoreNibbles(codes, bytes + 4);
    }
}
