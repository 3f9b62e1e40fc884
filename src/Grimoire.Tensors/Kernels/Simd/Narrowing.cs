using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Grimoire.Tensors;

/// <summary>
/// Floats rounded to numbers of 16 bits, to the nearest, ties to even: the bits of <c>(Half)x</c> and of <see cref="BFloat16.FromSingle"/>, whatever x is.
/// </summary>
internal static unsafe class Narrowing
{
    private const uint Infinity = 0x7F800000;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToHalf(float* from, ushort* to, nint count)
    {
        nint i = 0;
        for (; i <= count - Vector256<ushort>.Count; i += Vector256<ushort>.Count)
            Vector256.Narrow(Half(Vector256.Load((uint*)from + i)), Half(Vector256.Load((uint*)from + i + Vector256<uint>.Count))).Store(to + i);
        for (; i < count; i++)
            to[i] = BitConverter.HalfToUInt16Bits((Half)from[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToBFloat16(float* from, ushort* to, nint count)
    {
        nint i = 0;
        for (; i <= count - Vector256<ushort>.Count; i += Vector256<ushort>.Count)
            Vector256.Narrow(Brain(Vector256.Load((uint*)from + i)), Brain(Vector256.Load((uint*)from + i + Vector256<uint>.Count))).Store(to + i);
        for (; i < count; i++)
            to[i] = BFloat16.FromSingle(from[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Half(Vector256<uint> bits)
    {
        Vector256<uint> magnitude = bits & Vector256.Create(0x7FFFFFFFu), sign = (bits ^ magnitude) >> 16;
        // The exponent's bias falls from 127 to 15; what is cut off rounds up if it is more than a half, or a half and the number odd.
        Vector256<uint> odd = (magnitude >> 13) & Vector256<uint>.One;
        Vector256<uint> normal = (magnitude + odd + Vector256.Create(unchecked(0xFFFu - (112u << 23)))) >> 13;
        // Beside a half, whose last bit is 2⁻²⁴, a float is rounded to what a subnormal number counts in.
        Vector256<float> half = Vector256.Create(0.5f);
        Vector256<uint> subnormal = (magnitude.AsSingle() + half).AsUInt32() - half.AsUInt32();
        Vector256<uint> number = Vector256.ConditionalSelect(Vector256.LessThan(magnitude, Vector256.Create(113u << 23)), subnormal, normal);
        // From 65520 on the nearest number would be 65536.
        Vector256<uint> finite = Vector256.ConditionalSelect(Vector256.LessThan(magnitude, Vector256.Create(0x477FF000u)), number, Vector256.Create(0x7C00u));
        Vector256<uint> none = Vector256.Create(0x7E00u) | ((magnitude >> 13) & Vector256.Create(0x1FFu));
        return sign | Vector256.ConditionalSelect(Vector256.GreaterThan(magnitude, Vector256.Create(Infinity)), none, finite);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Brain(Vector256<uint> bits)
    {
        Vector256<uint> high = bits >> 16, rounded = (bits + Vector256.Create(0x7FFFu) + (high & Vector256<uint>.One)) >> 16;
        Vector256<uint> none = Vector256.GreaterThan(bits & Vector256.Create(0x7FFFFFFFu), Vector256.Create(Infinity));
        return Vector256.ConditionalSelect(none, high | Vector256.Create(0x40u), rounded);
    }
}
