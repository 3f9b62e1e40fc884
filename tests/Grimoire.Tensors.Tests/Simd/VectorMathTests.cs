namespace Grimoire.Tensors.Tests;

/// <summary>Functions in registers against float64.</summary>
public sealed unsafe class VectorMathTests
{
    [Fact]
    public void Exp_is_right_to_two_in_ten_million()
    {
        Exp<Lanes512>();
        Exp<Lanes256>();
        Exp<Lanes128>();
    }

    [Fact]
    public void Tanh_sigmoid_and_normal_distribution_are_right()
    {
        Others<Lanes512>();
        Others<Lanes256>();
        Others<Lanes128>();
    }

    [Fact]
    public void Half_and_bfloat16_are_converted_exactly()
    {
        Conversions<Lanes512>();
        Conversions<Lanes256>();
        Conversions<Lanes128>();
    }

    [Fact]
    public void Uniform_numbers_are_those_of_the_generator()
    {
        Uniform<Lanes512>();
        Uniform<Lanes256>();
        Uniform<Lanes128>();
    }

    private static float First<V>(V v)
        where V : unmanaged, ILanes<V> => *(float*)&v;

    private static void Exp<V>()
        where V : unmanaged, ILanes<V>
    {
        for (double x = -86.8; x < 88.7; x += 1.37e-3)
        {
            float at = (float)x;
            double expected = Math.Exp(at);
            Assert.InRange(First(VectorMath<V>.Exp(V.Create(at))), expected * (1 - 2e-7), expected * (1 + 2e-7));
        }

        Assert.Equal(1, First(VectorMath<V>.Exp(V.Create(0))));
        Assert.Equal(0, First(VectorMath<V>.Exp(V.Create(float.NegativeInfinity))));
        Assert.Equal(0, First(VectorMath<V>.Exp(V.Create(-1e30f))));
        Assert.Equal(float.PositiveInfinity, First(VectorMath<V>.Exp(V.Create(88.8f))));
        Assert.Equal(float.PositiveInfinity, First(VectorMath<V>.Exp(V.Create(float.PositiveInfinity))));
        Assert.True(float.IsNaN(First(VectorMath<V>.Exp(V.Create(float.NaN)))));
    }

    private static void Others<V>()
        where V : unmanaged, ILanes<V>
    {
        for (double x = -30; x < 30; x += 1.13e-3)
        {
            float at = (float)x;
            double tanh = Math.Tanh(at), sigmoid = 1 / (1 + Math.Exp(-at)), normal = ReferenceKernels.NormalDistribution(at);
            Assert.InRange(First(VectorMath<V>.Tanh(V.Create(at))), tanh - (3e-7 * Math.Abs(tanh)), tanh + (3e-7 * Math.Abs(tanh)));
            Assert.InRange(First(VectorMath<V>.Sigmoid(V.Create(at))), sigmoid * (1 - 4e-7), sigmoid * (1 + 4e-7));
            Assert.InRange(First(VectorMath<V>.NormalDistribution(V.Create(at), out _)), normal - 3e-7, normal + 3e-7);
        }

        Assert.True(float.IsNaN(First(VectorMath<V>.Tanh(V.Create(float.NaN)))));
        Assert.Equal(-1, First(VectorMath<V>.Tanh(V.Create(float.NegativeInfinity))));
    }

    private static void Conversions<V>()
        where V : unmanaged, ILanes<V>
    {
        ushort* stored = stackalloc ushort[V.Count];
        for (int bits = 0; bits <= ushort.MaxValue; bits++)
        {
            new Span<ushort>(stored, V.Count).Fill((ushort)bits);
            float half = (float)BitConverter.UInt16BitsToHalf((ushort)bits);
            if (float.IsNaN(half))
                Assert.True(float.IsNaN(First(V.LoadHalf(stored))));
            else
                Assert.Equal(BitConverter.SingleToInt32Bits(half), BitConverter.SingleToInt32Bits(First(V.LoadHalf(stored))));
            Assert.Equal(bits << 16, BitConverter.SingleToInt32Bits(First(V.LoadBFloat16(stored))));
        }
    }

    private static void Uniform<V>()
        where V : unmanaged, ILanes<V>
    {
        for (ulong index = 0; index < 1000; index++)
        {
            V drawn = V.Uniform(12345, index << 30);
            for (int lane = 0; lane < V.Count; lane++)
                Assert.Equal(CountedRandom.Uniform(12345, (index << 30) + (ulong)lane), ((float*)&drawn)[lane]);
        }
    }
}
