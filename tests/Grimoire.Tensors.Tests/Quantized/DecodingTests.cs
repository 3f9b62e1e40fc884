namespace Grimoire.Tensors.Tests;

/// <summary>Decoded blocks hold ggml's bits.</summary>
public sealed unsafe class DecodingTests
{
    public static TheoryData<DType> Types => [.. GoldenBlocks.All.Select(golden => golden.Type)];

    [Fact]
    public void Every_quantised_type_has_golden_blocks() =>
        Assert.Equal(Enum.GetValues<DType>().Where(type => type.IsQuantized()), GoldenBlocks.All.Select(golden => golden.Type).Order());

    [Theory]
    [MemberData(nameof(Types))]
    public void Decodes_to_the_same_bits_as_ggml(DType type)
    {
        GoldenBlocks golden = GoldenBlocks.All.Single(golden => golden.Type == type);
        var values = new float[GoldenBlocks.Input.Length];
        Quantization.Dequantize(type, golden.Blocks, values);
        Assert.Equal(golden.DecodedHash, GoldenBlocks.Hash(values));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Decodes_to_the_same_bits_in_registers_of_any_width(DType type)
    {
        // Any bytes, so that scales are also infinite, not a number and subnormal, and all bits of a block are in use.
        var blocks = new byte[type.Bytes(1 << 16)];
        new Random(7).NextBytes(blocks);
        float[] wide = new float[1 << 16], middle = new float[1 << 16], narrow = new float[1 << 16];
        fixed (byte* from = blocks)
        fixed (float* w = wide, m = middle, n = narrow)
        {
            Blocks<Lanes512>.Decode(type, from, w, wide.Length);
            Blocks<Lanes256>.Decode(type, from, m, wide.Length);
            Blocks<Lanes128>.Decode(type, from, n, wide.Length);
        }

        Assert.Equal(GoldenBlocks.Hash(Plain(wide)), GoldenBlocks.Hash(Plain(middle)));
        Assert.Equal(GoldenBlocks.Hash(Plain(wide)), GoldenBlocks.Hash(Plain(narrow)));
    }

    [Fact]
    public void Scales_of_16_bits_are_exact()
    {
        for (int bits = 0; bits <= ushort.MaxValue; bits++)
        {
            ushort half = (ushort)bits;
            float expected = (float)BitConverter.UInt16BitsToHalf(half), actual = Packed.Load((byte*)&half);
            Assert.True(expected.Equals(actual), $"{bits:X4} is {actual:R}, not {expected:R}");
        }
    }

    [Fact]
    public void Lengths_that_do_not_match_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Quantization.Dequantize(DType.Q8_0, new byte[33], new float[32]));
        Assert.Throws<ArgumentException>(() => Quantization.Dequantize(DType.Q4_K, new byte[144], new float[32]));
        Assert.Throws<ArgumentException>(() => Quantization.Dequantize(DType.F32, new byte[4], new float[1]));
    }

    /// <summary>One NaN for all: which of them an operation gives is not said.</summary>
    private static float[] Plain(float[] values) => [.. values.Select(x => float.IsNaN(x) ? float.NaN : x)];
}
