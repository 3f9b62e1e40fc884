using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Grimoire.Tensors;

/// <summary>Rows on their way into a cache that keeps them with fewer bits.</summary>
internal sealed unsafe partial class SimdKernels<V>
{
    private void RoundRows(Tensor x, int from, int count, Tensor y, int to)
    {
        x.CheckRows(from, count, y, to);
        if (x.Shape[0] == 0)
            return;
        int row = checked((int)(x.Shape.Count / x.Shape[0]));
        byte* stored = y.Data + y.DType.Bytes((long)to * row);
        float* numbers = Floats(x) + ((nint)from * row);
        switch (y.DType)
        {
            case DType.F16: EachRow(new HalfRowsOp(numbers, (ushort*)stored, row), count, row); break;
            case DType.Q8_0: EachRow(new Q8RowsOp(numbers, stored, row), count, row); break;
            default: throw new ArgumentException($"rows of {x} are not rounded to {y.DType}", nameof(y));
        }
    }

    private readonly struct HalfRowsOp(float* x, ushort* y, int columns) : IRowwise
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Row(int row)
        {
            float* from = x + ((nint)row * columns);
            ushort* to = y + ((nint)row * columns);
            Vector128<float> isNumber = Vector128<float>.AllBitsSet;
            int i = 0;
            for (; i <= columns - 8; i += 8)
            {
                Vector128<float> low = Vector128.Load(from + i), high = Vector128.Load(from + i + 4);
                isNumber &= Vector128.Equals(low, low) & Vector128.Equals(high, high);
                Vector128.Narrow(Half(low), Half(high)).Store(to + i);
            }

            bool good = isNumber.AsUInt32() == Vector128<uint>.AllBitsSet;
            for (; i < columns; i++)
            {
                good &= !float.IsNaN(from[i]);
                to[i] = BitConverter.HalfToUInt16Bits((Half)Math.Clamp(from[i], -65504f, 65504f));
            }

            if (!good)
                throw new GrimoireException("the model computes what is not a number; look for a broken checkpoint, or go on regardless with keys and values " +
                    "as F32");
        }

        /// <summary>The nearest binary16 numbers, ties to even.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector128<uint> Half(Vector128<float> x)
        {
            Vector128<uint> sign = (x.AsUInt32() >>> 16) & Vector128.Create(0x8000u);
            Vector128<float> magnitude = Vector128.MinNative(Vector128.Abs(x), Vector128.Create(65504f));
            Vector128<uint> bits = magnitude.AsUInt32();
            // Rounding to ten bits of mantissa, and the exponent's bias from 127 to 15.
            Vector128<uint> normal = (bits + Vector128.Create(unchecked(0xFFFu - 0x38000000u)) + ((bits >>> 13) & Vector128.Create(1u))) >>> 13;
            // Below 2⁻¹⁴ numbers are multiples of 2⁻²⁴, as floats from 0.5 to 1 are.
            Vector128<uint> small = (magnitude + Vector128.Create(0.5f)).AsUInt32() - Vector128.Create(0x3F000000u);
            Vector128<uint> isSmall = Vector128.LessThan(magnitude, Vector128.Create(6.103515625e-5f)).AsUInt32();
            return Vector128.ConditionalSelect(isSmall, small, normal) | sign;
        }
    }

    private readonly struct Q8RowsOp(float* x, byte* y, int columns) : IRowwise
    {
        public void Row(int row) => Blocks.Encode(DType.Q8_0, x + ((nint)row * columns), null, y + (row * DType.Q8_0.Bytes(columns)), columns);
    }
}
