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
        V d = V.Create(Packed.Load(block));
        Sixteen<V>.Put(Vector128.Load((sbyte*)block + 2), d, values);
        Sixteen<V>.Put(Vector128.Load((sbyte*)block + 18), d, values + 16);
    }

    public static void Encode(float* values, float* weights, byte* block)
    {
        sbyte* q = (sbyte*)block + 2;
        if (weights == null)
        {
            Packed.Store(Round(values, q), block);
            return;
        }

        byte* codes = stackalloc byte[Size];
        Packed.Store(SingleFit.Scale(values, weights, new Levels(-127, 127), codes), block);
        for (int i = 0; i < Size; i++)
            q[i] = (sbyte)(codes[i] - 127);
    }

    /// <summary>d takes the largest magnitude to 127; halves are rounded away from zero.</summary>
    private static float Round(float* values, sbyte* q)
    {
        float largest = 0;
        for (int i = 0; i < Size; i++)
            largest = Math.Max(largest, Math.Abs(values[i]));
        float d = largest / 127, inverse = d == 0 ? 0 : 1 / d;
        for (int i = 0; i < Size; i++)
            q[i] = (sbyte)MathF.Round(values[i] * inverse, MidpointRounding.AwayFromZero);
        return d;
    }
}
