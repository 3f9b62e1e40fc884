using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Grimoire.Tensors;

/// <summary>
/// <see cref="DType.IQ4_NL"/>: 32 numbers x = d · grid[q] in 18 bytes, packed as in <see cref="BlockQ4_0"/>. The grid is finer around zero, where most weights
/// are.
/// </summary>
internal readonly unsafe struct BlockIQ4_NL : IBlock
{
    public static int Size => 32;

    public static int Bytes => 18;

    /// <summary>What the sixteen q stand for.</summary>
    public static Vector128<sbyte> Grid
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector128.Create((sbyte)-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Decode<V>(byte* block, float* values)
        where V : unmanaged, ILanes<V>
    {
        V d = V.Create(Packed.Load(block));
        Vector128<byte> q = Vector128.Load(block + 2);
        Sixteen<V>.Put(Vector128.ShuffleNative(Grid, Packed.Low4(q).AsSByte()), d, values);
        Sixteen<V>.Put(Vector128.ShuffleNative(Grid, Packed.High4(q).AsSByte()), d, values + 16);
    }

    public static void Encode(float* values, float* weights, byte* block)
    {
        byte* codes = stackalloc byte[Size];
        Packed.Store(SingleFit.Scale(values, BlockForm.WeightsOrOnes(weights), Levels.Uneven, codes), block);
        Packed.StoreNibbles(codes, block + 2);
    }
}
