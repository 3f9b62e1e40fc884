namespace Grimoire.Tensors.Tests;

/// <summary>Linear layers over packed weights.</summary>
public sealed class PackedTests
{
    private const int Inputs = 768;

    public static TheoryData<DType> Types => [.. Enum.GetValues<DType>().Where(type => type.IsQuantized())];

    [Theory]
    [MemberData(nameof(Types))]
    public void Equal_the_reference_with_the_same_rounded_activations(DType type)
    {
        foreach (int outputs in new[] { 1, 15, 16, 37 })
        {
            Tensor weight = Weight(type, outputs), bias = Random((outputs), 5);
            foreach (int rows in new[] { 1, 2, 3, 4, 5, 9 })
            {
                Tensor x = Random((rows, Inputs), rows);
                float[] expected = Product(Kernels.Reference, x, weight, bias);
                foreach (int bits in KernelsUnderTest.Widths)
                {
                    float[] actual = Product(Kernels.CreateSimd(2, bits), x, weight, bias);
                    for (int i = 0; i < expected.Length; i++)
                        Assert.True(Math.Abs(expected[i] - actual[i]) <= 1e-4 * (1 + Math.Abs(expected[i])), $"{outputs}, {rows} rows, {bits} bits, {i}: {actual[i]}, not {expected[i]}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Give_the_same_bits_in_any_registers_on_any_threads_in_any_company(DType type)
    {
        foreach (int outputs in new[] { 21, 200 })
        {
            Tensor weight = Weight(type, outputs), bias = Random((outputs), 5), x = Random((21, Inputs), 3);
            float[] alone = [.. Enumerable.Range(0, 21).SelectMany(row => Product(Kernels.CreateSimd(1, 512), x.Rows(row, 1), weight, bias))];
            foreach (int bits in KernelsUnderTest.Widths)
            {
                for (int threads = 1; threads <= 3; threads++)
                {
                    foreach (int rows in new[] { 1, 2, 3, 4, 5, 6, 8, 9, 16, 21 })
                    {
                        float[] together = Product(Kernels.CreateSimd(threads, bits), x.Rows(0, rows), weight, bias);
                        Assert.True(alone.AsSpan(0, together.Length).SequenceEqual(together), $"{outputs} outputs, {bits} bits, {threads} threads, {rows} rows");
                    }
                }
            }
        }
    }

    [Fact]
    public void Of_several_types_may_share_an_input()
    {
        Tensor x = Random((6, Inputs), 3), bias = Random((40), 5);
        Tensor[] weights = [Weight(DType.Q4_K, 40), Weight(DType.Q6_K, 100), Weight(DType.Q8_0, 7)];
        foreach (int rows in new[] { 1, 6 })
        {
            Tensor[] ys = [.. weights.Select(weight => Tensor.Zeros((rows, weight.Shape[0])))];
            Kernels.Simd.Linear(x.Rows(0, rows), [new(weights[0], bias, ys[0]), new(weights[1], null, ys[1]), new(weights[2], null, ys[2])]);
            for (int i = 0; i < weights.Length; i++)
                Assert.Equal(Product(Kernels.Simd, x.Rows(0, rows), weights[i], i == 0 ? bias : null), ys[i].ToArray<float>());
        }
    }

    [Fact]
    public void May_be_those_of_experts()
    {
        int[] sizes = [0, 1, 4, 0, 5, 20, 3];
        Tensor x = Random((sizes.Sum(), Inputs), 3), counts = Tensor.Zeros(sizes.Length, DType.I32);
        sizes.CopyTo(counts.Span<int>());
        Tensor[] weights = [.. sizes.Select((_, i) => Weight(i % 2 == 0 ? DType.Q4_K : DType.Q8_0, 37))];
        foreach (int bits in KernelsUnderTest.Widths)
        {
            for (int threads = 1; threads <= 3; threads++)
            {
                Tensor y = Tensor.Zeros((x.Shape[0], 37));
                Kernels kernels = Kernels.CreateSimd(threads, bits);
                kernels.GroupedLinear(x, weights, counts, y);
                for (int group = 0, row = 0; group < sizes.Length; row += sizes[group++])
                {
                    if (sizes[group] > 0)
                        Assert.Equal(Product(kernels, x.Rows(row, sizes[group]), weights[group], null), y.Rows(row, sizes[group]).ToArray<float>());
                }
            }
        }
    }

    [Fact]
    public void Equal_the_same_rows_alone_where_there_are_many()
    {
        const int wide = 2304, outputs = 85, rows = 530;
        foreach (DType type in (DType[])[DType.Q4_0, DType.Q5_K, DType.Q6_K, DType.Q8_0, DType.Q2_K])
        {
            Tensor weight = Quantization.Quantize(Random((outputs, wide), (int)type), type), bias = Random((outputs), 5), x = Random((rows, wide), 3);
            Kernels.Simd.Pack(weight);
            float[] together = Product(Kernels.Simd, x, weight, bias);
            foreach (int row in new[] { 0, 7, 8, 263, 511, 512, 529 })
                Assert.Equal(Product(Kernels.Simd, x.Rows(row, 1), weight, bias), together[(row * outputs)..((row + 1) * outputs)]);
        }
    }

    [Fact]
    public void Follow_the_order_of_operations_to_the_bit()
    {
        const int outputs = 19;
        Tensor weight = Weight(DType.Q4_1, outputs), bias = Random((outputs), 5), x = Random((1, Inputs), 1);
        float[] actual = Product(Kernels.CreateSimd(2), x, weight, bias);
        for (int o = 0; o < outputs; o++)
            Assert.Equal(Plain(weight.Rows(o, 1).Span<byte>(), x.Span<float>(), bias.Span<float>()[o]), actual[o]);
    }

    [Fact]
    public void Say_so_when_an_activation_is_not_finite()
    {
        Tensor weight = Weight(DType.Q4_0, 17), x = Random((2, Inputs), 1), bias = Random((17), 5);
        x.Span<float>()[Inputs + 40] = float.PositiveInfinity;
        float[] y = Product(Kernels.Simd, x, weight, bias);
        Assert.All(y[..17], value => Assert.True(float.IsFinite(value)));
        Assert.All(y[17..], value => Assert.True(float.IsNaN(value)));
    }

    [Fact]
    public void Take_zeros_and_the_least_of_numbers()
    {
        Tensor weight = Weight(DType.Q8_0, 17), x = Tensor.Zeros((1, Inputs)), bias = Random((17), 5);
        x.Span<float>()[3] = float.Epsilon * 150;
        Assert.Equal(bias.ToArray<float>(), Product(Kernels.Simd, x, weight, bias));
    }

    private static float[] Product(Kernels kernels, Tensor x, Tensor weight, Tensor? bias)
    {
        Tensor y = Tensor.Zeros((x.Shape[0], weight.Shape[0]));
        kernels.Linear(x, weight, bias, y);
        return y.ToArray<float>();
    }

    /// <summary>A row of Q4_1 as the documentation says: 20 bytes for 32 numbers, d · q + m.</summary>
    private static float Plain(ReadOnlySpan<byte> row, ReadOnlySpan<float> x, float sum)
    {
        for (int block = 0; block < x.Length / 32; block++)
        {
            ReadOnlySpan<byte> bytes = row.Slice(20 * block, 20);
            ReadOnlySpan<float> values = x.Slice(32 * block, 32);
            float scale = 0;
            foreach (float value in values)
                scale = Math.Max(scale, Math.Abs(value));
            scale /= 127;
            int dot = 0, total = 0;
            for (int i = 0; i < 32; i++)
            {
                int q = (int)MathF.Round(values[i] / scale), code = i < 16 ? bytes[4 + i] & 15 : bytes[i - 12] >> 4;
                dot += code * q;
                total += q;
            }

            sum = float.MultiplyAddEstimate(dot, (float)BitConverter.ToHalf(bytes) * scale, sum);
            sum = float.MultiplyAddEstimate((float)BitConverter.ToHalf(bytes[2..]), scale * total, sum);
        }

        return sum;
    }

    private static Tensor Weight(DType type, int outputs)
    {
        Tensor weight = Quantization.Quantize(Random((outputs, Inputs), (int)type), type);
        Kernels.Simd.Pack(weight);
        return weight;
    }

    private static Tensor Random(Shape shape, int seed)
    {
        var random = new Random(seed);
        Tensor tensor = Tensor.Zeros(shape);
        foreach (ref float value in tensor.Span<float>())
            value = (float)((random.NextDouble() - 0.5) * Math.Exp(random.NextDouble() * 2));
        return tensor;
    }
}
