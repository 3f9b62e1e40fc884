using static Grimoire.RandomTensor;

namespace Grimoire.Tensors.Tests;

/// <summary>What holds of attention over caches beyond equality with the reference.</summary>
public sealed class CachedAttentionTests
{
    public static TheoryData<int, DType> Cases => [.. KernelsUnderTest.Widths.SelectMany(bits => (TheoryDataRow<int, DType>[])[new(bits, DType.F32), new(bits, DType.F16), new(bits, DType.Q8_0)])];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_row_has_the_same_bits_alone_and_in_any_company(int bits, DType type)
    {
        const int Past = 1100, Rows = 8;
        Kernels kernels = Kernels.CreateSimd(2, bits);
        foreach ((int heads, int keyHeads, int channels, AttentionSpec spec) in new[]
        {
            (6, 2, 64, new AttentionSpec(0.1f)), (3, 3, 96, new AttentionSpec(0.1f, Window: 600)), (4, 1, 32, new AttentionSpec(0.2f, Window: 37, SoftCap: 3)),
        })
        {
            Tensor q = Normal((Rows + 2, heads, channels), 1), own = Normal((Rows + 2, keyHeads, channels), 2), rows = Normal((Past + Rows, keyHeads, channels), 3);
            Tensor keys = Tensor.Zeros(rows.Shape, type), values = Tensor.Zeros(rows.Shape, type);
            kernels.CopyRows(rows, 0, Past + Rows, keys, 0);
            kernels.CopyRows(Normal(rows.Shape, 4), 0, Past + Rows, values, 0);
            Tensor together = Tensor.Zeros(q.Shape);
            kernels.Attention(q, own, own, [new(0, 1), new(1, Rows, Past, keys, values, Written: true), new(Rows + 1, 1)], spec, together, null);
            for (int row = 0; row < Rows; row++)
            {
                Tensor alone = Tensor.Zeros((1, heads, channels)), query = Tensor.Zeros(alone.Shape);
                kernels.CopyRows(q, row + 1, 1, query, 0);
                kernels.Attention(query, own.Rows(0, 1), own.Rows(0, 1), [new(0, 1, Past + row, keys, values, Written: true)], spec, alone, null);
                Assert.Equal(together.Rows(row + 1, 1).ToArray<float>(), alone.ToArray<float>());
            }
        }
    }

    [Theory]
    [InlineData(512)]
    [InlineData(256)]
    [InlineData(128)]
    public void Rows_are_rounded_as_weights_are(int bits)
    {
        Tensor x = Normal((5, 2, 64), 5), fast = Tensor.Zeros((9, 2, 64), DType.Q8_0), slow = Tensor.Zeros((9, 2, 64), DType.Q8_0);
        Kernels.CreateSimd(2, bits).CopyRows(x, 1, 4, fast, 3);
        Kernels.Reference.CopyRows(x, 1, 4, slow, 3);
        Assert.Equal(slow.ToArray<byte>(), fast.ToArray<byte>());
        var expected = new byte[DType.Q8_0.Bytes(4 * 128)];
        Quantization.Quantize(DType.Q8_0, x.Rows(1, 4).Span<float>(), expected);
        Assert.Equal(expected, fast.Rows(3, 4).ToArray<byte>());
    }

    [Fact]
    public void What_is_not_a_number_is_not_rounded_away()
    {
        Tensor x = Normal((2, 1, 16), 6), cache = Tensor.Zeros((2, 1, 16), DType.F16);
        x.Span<float>()[17] = float.PositiveInfinity;
        Kernels.Simd.CopyRows(x, 0, 2, cache, 0);
        Assert.Equal((Half)65504, cache.Span<Half>()[17]);
        x.Span<float>()[17] = float.NaN;
        Assert.Throws<GrimoireException>(() => Kernels.Simd.CopyRows(x, 0, 2, cache, 0));
    }

    [Fact]
    public void A_pass_that_is_recorded_keeps_its_own_rows_out_of_the_cache()
    {
        var workspace = new Workspace(Kernels.Simd, new Tape());
        Tensor q = workspace.Zeros((1, 1, 8)), cache = Tensor.Zeros((4, 1, 8));
        q.RequiresGrad = true;
        Assert.Throws<ArgumentException>(() => Ops.Attention(q, q, q, [new(0, 1, 2, cache, cache, Written: true)], new(1)));
        Assert.Throws<ArgumentException>(() => Ops.Attention(q, q, q, [new(0, 1, 4, cache, cache, Written: true)], new(1)));
    }
}
