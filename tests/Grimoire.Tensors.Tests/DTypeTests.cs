namespace Grimoire.Tensors.Tests;

/// <summary>Tensors whose rows are whole blocks.</summary>
public sealed unsafe class DTypeTests
{
    public static TheoryData<DType> Quantized => [.. Enum.GetValues<DType>().Where(type => type.IsQuantized())];

    [Theory]
    [MemberData(nameof(Quantized))]
    public void Rows_of_blocks_are_cut_where_blocks_end(DType type)
    {
        int row = 3 * type.BlockSize(), bytes = 3 * type.BlockBytes();
        Tensor tensor = Tensor.Zeros((5, row), type);
        Span<byte> blocks = tensor.Span<byte>();
        Assert.Equal(5 * bytes, blocks.Length);
        blocks[bytes * 2] = 7;
        Tensor rows = tensor.Rows(2, 3);
        Assert.Equal(new Shape(3, row), rows.Shape);
        Assert.Equal(7, rows.Span<byte>()[0]);
        Assert.Equal(3 * bytes, rows.Span<byte>().Length);
        Assert.Equal(new Shape(5, 3, row / 3), tensor.Reshape((5, 3, row / 3)).Shape);
        Assert.Equal(7, tensor.Keep().Span<byte>()[bytes * 2]);
    }

    [Theory]
    [MemberData(nameof(Quantized))]
    public void What_a_block_cannot_be_is_refused(DType type)
    {
        int size = type.BlockSize();
        byte* memory = stackalloc byte[2 * type.BlockBytes()];
        Assert.Throws<ArgumentException>(() => Tensor.Zeros((2, size / 2), type));
        Assert.Throws<ArgumentException>(() => Tensor.Zeros(size - 1, type));
        Assert.Throws<ArgumentException>(() => Tensor.Over(memory, (2, size / 2), type, type));
        Tensor tensor = Tensor.Zeros((2, size), type);
        Assert.Throws<ArgumentException>(() => tensor.Reshape((4, size / 2)));
        Assert.Throws<InvalidOperationException>(() => tensor.Span<float>());
        Assert.Throws<InvalidOperationException>(() => tensor.RequiresGrad = true);
        Assert.Throws<ArgumentOutOfRangeException>(() => tensor.Rows(1, 2));
        Assert.Throws<ArgumentException>(() => type.Bytes(size + 1));
    }

    [Fact]
    public void Bits_of_a_weight_are_those_of_the_format()
    {
        (DType Type, double Bits)[] known =
        [
            (DType.F32, 32), (DType.F16, 16), (DType.BF16, 16), (DType.Q4_0, 4.5), (DType.Q4_1, 5), (DType.Q5_0, 5.5), (DType.Q5_1, 6), (DType.Q8_0, 8.5), (DType.Q2_K, 2.625),
            (DType.Q3_K, 3.4375), (DType.Q4_K, 4.5), (DType.Q5_K, 5.5), (DType.Q6_K, 6.5625), (DType.IQ4_NL, 4.5), (DType.IQ4_XS, 4.25), (DType.MXFP4, 4.25),
        ];
        Assert.All(known, row => Assert.Equal(row.Bits, row.Type.Bytes(1024) * 8 / 1024.0));
    }
}
