namespace Grimoire.Tensors.Tests;

/// <summary>Floats as numbers of 16 bits.</summary>
public sealed unsafe class NarrowingTests
{
    /// <summary>Around every number of 16 bits and around the middle between it and the next, and every pattern of the last bits.</summary>
    [Theory]
    [InlineData(DType.F16)]
    [InlineData(DType.BF16)]
    public void Every_neighbourhood_is_rounded_as_one_number_alone(DType type)
    {
        const int Each = 32;
        float[] values = new float[Each];
        ushort[] actual = new ushort[Each];
        for (int bits = 0; bits < 1 << 16; bits++)
        {
            uint centre = type == DType.BF16 ? (uint)bits << 16 : BitConverter.SingleToUInt32Bits((float)BitConverter.UInt16BitsToHalf((ushort)bits));
            uint half = type == DType.BF16 ? 1u << 15 : 1u << 12;
            for (int i = 0; i < Each; i++)
                values[i] = BitConverter.UInt32BitsToSingle(centre + ((uint)(i / 8) * half) + (uint)(i % 8) - 4);
            Check(type, values, actual);
        }
    }

    [Theory]
    [InlineData(DType.F16)]
    [InlineData(DType.BF16)]
    public void Any_float_is_rounded_as_one_number_alone(DType type)
    {
        float[] values = new float[1003];
        ushort[] actual = new ushort[values.Length];
        for (ulong round = 0; round < 1000; round++)
        {
            for (int i = 0; i < values.Length; i++)
                values[i] = BitConverter.UInt32BitsToSingle((uint)CountedRandom.Bits(round, (ulong)i));
            Check(type, values, actual);
        }
    }

    private static void Check(DType type, float[] values, ushort[] actual)
    {
        fixed (float* from = values)
        {
            fixed (ushort* to = actual)
            {
                if (type == DType.F16)
                    Narrowing.ToHalf(from, to, values.Length);
                else
                    Narrowing.ToBFloat16(from, to, values.Length);
            }
        }

        for (int i = 0; i < values.Length; i++)
        {
            ushort expected = type == DType.F16 ? BitConverter.HalfToUInt16Bits((Half)values[i]) : BFloat16.FromSingle(values[i]);
            if (expected != actual[i])
                Assert.Fail($"{BitConverter.SingleToUInt32Bits(values[i]):X8} becomes {actual[i]:X4}, not {expected:X4}");
        }
    }
}
