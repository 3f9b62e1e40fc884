using System.Runtime.InteropServices;

namespace Grimoire.Tensors.Tests;

/// <summary>Encoded blocks: ggml's bytes where it rounds, no worse where it searches, better where errors are weighted.</summary>
public sealed class EncodingTests
{
    private static readonly float[] Input = GoldenBlocks.Input;

    public static TheoryData<DType> Rounded => [DType.Q4_0, DType.Q4_1, DType.Q5_0, DType.Q5_1, DType.Q8_0, DType.MXFP4];

    public static TheoryData<DType> Searched => [DType.Q2_K, DType.Q3_K, DType.Q4_K, DType.Q5_K, DType.Q6_K, DType.IQ4_NL, DType.IQ4_XS];

    public static TheoryData<DType> All => [.. Rounded.Concat(Searched).Select(row => row.Data)];

    [Theory]
    [MemberData(nameof(Rounded))]
    public void Rounds_to_the_bytes_of_ggml(DType type) => Assert.Equal(Golden(type).Blocks, Encode(type, Input));

    [Theory]
    [InlineData(DType.F16, "f16")]
    [InlineData(DType.BF16, "bf16")]
    public void Floats_of_16_bits_are_those_of_ggml(DType type, string name)
    {
        Tensor x = Tensor.From((16, 256), Input), y = Tensor.Zeros(x.Shape, type);
        foreach (Kernels kernels in KernelsUnderTest.All.Values)
        {
            kernels.Copy(x, y);
            Assert.Equal(GoldenBlocks.Read(name + ".quant.bin"), Bits(y).ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Searched))]
    public void Searches_for_no_larger_an_error_than_that_of_ggml(DType type)
    {
        double ours = GoldenBlocks.SquaredError(Input, Decode(type, Encode(type, Input))), theirs = GoldenBlocks.SquaredError(Input, Decode(type, Golden(type).Blocks));
        TestContext.Current.TestOutputHelper?.WriteLine($"{type}: rmse {Math.Sqrt(ours / Input.Length):G5}, ggml {Math.Sqrt(theirs / Input.Length):G5}");
        Assert.True(ours <= theirs, $"{type}: {ours} instead of {theirs}");
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Errors_are_made_where_they_count_little(DType type)
    {
        if (type == DType.MXFP4)
            return; // Its power of two leaves nothing to weigh.
        var random = new Random(5);
        float[] importance = [.. Enumerable.Range(0, 256).Select(_ => MathF.Exp(6 * random.NextSingle()))];
        double plain = Weighted(Decode(type, Encode(type, Input)), importance), weighted = Weighted(Decode(type, Encode(type, Input, importance)), importance);
        Assert.True(weighted < plain, $"{type}: {weighted} instead of {plain}");
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Even_weights_change_little(DType type)
    {
        var importance = new float[256];
        importance.AsSpan().Fill(3);
        double plain = GoldenBlocks.SquaredError(Input, Decode(type, Encode(type, Input))), weighted = GoldenBlocks.SquaredError(Input, Decode(type, Encode(type, Input, importance)));
        Assert.InRange(weighted, 0.5 * plain, 1.02 * plain);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Zeros_and_what_a_block_holds_exactly_stay(DType type)
    {
        Assert.All(Decode(type, Encode(type, new float[512])), x => Assert.Equal(0, x));
        float[] once = Decode(type, Encode(type, Input)), twice = Decode(type, Encode(type, once));
        Assert.True(GoldenBlocks.SquaredError(once, twice) <= 0.05 * GoldenBlocks.SquaredError(Input, once), "encoding what was decoded moves it");
    }

    [Theory]
    [MemberData(nameof(All))]
    public void What_is_no_number_is_refused(DType type)
    {
        foreach (float wrong in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
        {
            var values = new float[1024];
            values[700] = wrong;
            GrimoireException error = Assert.Throws<GrimoireException>(() => Encode(type, values));
            Assert.Contains("700", error.Message, StringComparison.Ordinal);
        }

        float[] importance = new float[256], ones = new float[256];
        importance[3] = -1;
        Assert.Throws<GrimoireException>(() => Encode(type, ones, importance));
        Assert.Throws<ArgumentException>(() => Encode(type, new float[256 + 16]));
        Assert.Throws<ArgumentException>(() => Encode(type, ones, new float[255]));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Numbers_beyond_the_scale_are_refused_or_kept(DType type)
    {
        var values = new float[256];
        values[9] = 3e38f;
        if (type == DType.MXFP4)
            Assert.InRange(Decode(type, Encode(type, values))[9], 2.4e38f, 3.4e38f);
        else
            Assert.Throws<GrimoireException>(() => Encode(type, values));
        values[9] = 1e-42f;
        Assert.All(Decode(type, Encode(type, values)), x => Assert.InRange(Math.Abs(x), 0, 2e-42f));
    }

    [Fact]
    public void Copy_encodes_from_any_float_type_and_from_blocks()
    {
        Tensor x = Tensor.From((16, 256), Input), half = Tensor.Zeros(x.Shape, DType.F16), q8 = Tensor.Zeros(x.Shape, DType.Q8_0);
        foreach (Kernels kernels in KernelsUnderTest.All.Values)
        {
            kernels.Copy(x, half);
            kernels.Copy(half, q8);
            float[] rounded = [.. Input.Select(value => (float)(Half)value)];
            Assert.Equal(Encode(DType.Q8_0, rounded), q8.ToArray<byte>());
            Tensor q4 = Tensor.Zeros(x.Shape, DType.Q4_K), back = Tensor.Zeros(x.Shape, DType.BF16), wide = Tensor.Zeros(x.Shape, DType.F64);
            kernels.Copy(q8, q4);
            Assert.Equal(Encode(DType.Q4_K, Decode(DType.Q8_0, q8.Span<byte>())), q4.ToArray<byte>());
            kernels.Copy(q4, back);
            kernels.Copy(q4, wide);
            float[] decoded = Decode(DType.Q4_K, q4.Span<byte>());
            Assert.Equal(decoded.Select(value => (double)value), Numbers.Of(wide));
            Assert.All(Numbers.Of(back).Zip(decoded), pair => Assert.Equal(pair.Second, pair.First, Math.Abs(pair.Second) / 256));
        }
    }

    private static byte[] Encode(DType type, ReadOnlySpan<float> values, ReadOnlySpan<float> importance = default)
    {
        var blocks = new byte[(values.Length + type.BlockSize() - 1) / type.BlockSize() * type.BlockBytes()];
        Quantization.Quantize(type, values, blocks, importance);
        return blocks;
    }

    private static float[] Decode(DType type, ReadOnlySpan<byte> blocks)
    {
        var values = new float[blocks.Length / type.BlockBytes() * type.BlockSize()];
        Quantization.Dequantize(type, blocks, values);
        return values;
    }

    private static double Weighted(float[] values, float[] importance)
    {
        double sum = 0;
        for (int i = 0; i < values.Length; i++)
            sum += importance[i % importance.Length] * ((double)values[i] - Input[i]) * ((double)values[i] - Input[i]);
        return sum;
    }

    private static GoldenBlocks Golden(DType type) => GoldenBlocks.All.Single(golden => golden.Type == type);

    private static Span<byte> Bits(Tensor tensor) => tensor.DType == DType.F16
        ? MemoryMarshal.AsBytes(tensor.Span<Half>())
        : MemoryMarshal.AsBytes(tensor.Span<ushort>());
}
