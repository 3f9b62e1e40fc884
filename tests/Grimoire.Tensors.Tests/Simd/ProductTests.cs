using static Grimoire.RandomTensor;

namespace Grimoire.Tensors.Tests;

/// <summary>Products of matrices, to the bit.</summary>
public sealed class ProductTests
{
    /// <summary>Whatever the blocks, the panels, the tiles, the registers and the threads: one chain of fused multiply-adds for each element.</summary>
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(5, 3, 33)]
    [InlineData(14, 16, 32)]
    [InlineData(15, 31, 65)]
    [InlineData(61, 130, 47)]
    [InlineData(17, 1100, 70)]
    [InlineData(200, 600, 9)]
    [InlineData(9, 517, 300)]
    public void An_element_is_one_chain_of_multiply_adds(int rows, int depth, int columns)
    {
        foreach ((bool transposeA, bool transposeB, bool accumulate) in ((bool, bool, bool)[])[(false, false, false), (false, true, true), (true, false, true), (true, true, false)])
        {
            Tensor a = Uniform(transposeA ? (depth, rows) : (rows, depth), 1), b = Uniform(transposeB ? (columns, depth) : (depth, columns), 2), c = Uniform((rows, columns), 3);
            float[] expected = Chains(a, b, c, transposeA, transposeB, accumulate);
            foreach (Kernels kernels in KernelsUnderTest.All.Values.Where(each => each != Kernels.Reference))
            {
                Tensor y = Tensor.From(c.Shape, c.Span<float>());
                kernels.MatMul(a, b, y, transposeA, transposeB, accumulate);
                Assert.Equal(expected, y.ToArray<float>());
            }
        }
    }

    private static float[] Chains(Tensor a, Tensor b, Tensor c, bool transposeA, bool transposeB, bool accumulate)
    {
        int rows = c.Shape[0], columns = c.Shape[1], depth = a.Shape[transposeA ? 0 : 1];
        float[] sums = c.ToArray<float>();
        Span<float> x = a.Span<float>(), w = b.Span<float>();
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                float sum = accumulate ? sums[(i * columns) + j] : 0;
                for (int k = 0; k < depth; k++)
                    sum = float.MultiplyAddEstimate(x[transposeA ? (k * rows) + i : (i * depth) + k], w[transposeB ? (j * depth) + k : (k * columns) + j], sum);
                sums[(i * columns) + j] = sum;
            }
        }

        return sums;
    }
}
