using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Grimoire.Tensors;

/// <summary><see cref="DType.Q8_0"/>: 32 numbers x = d · q in 34 bytes: d as binary16, then the q as signed bytes.</summary>
internal readonly unsafe struct BlockQ8_0 : IBlock
{
    public static int Size => 32;

    public static int Bytes => 34;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Decode<V>(byte* block, float* values)
        where V : unmanaged, ILanes<V>
    {
        V d = V.Create(Packed.Half(block));
        Sixteen<V>.Put(Vector128.Load((sbyte*)block + 2), d, values);
        Sixteen<V>.Put(Vector128.Load((sbyte*)block + 18), d, values + 16);
    }
}
