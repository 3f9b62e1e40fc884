using static Grimoire.RandomTensor;

namespace Grimoire.Tensors.Tests;

/// <summary>A row alone has the bits that it has in company, for weights as they are stored: every output is one chain of multiply-adds.</summary>
public sealed class RowTests
{
    private const int MostRows = 33;

    public static TheoryData<DType, int, int> Weights
    {
        get
        {
            TheoryData<DType, int, int> data = new() { { DType.F32, 1, 1 }, { DType.F32, 70, 1103 }, { DType.F16, 65, 531 }, { DType.BF16, 33, 47 }, { DType.BF16, 32, 600 } };
            foreach (DType type in Enum.GetValues<DType>().Where(type => type.IsQuantized()))
                data.Add(type, 45, 512);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Weights))]
    public void One_row_is_that_row_of_many(DType type, int outputs, int inputs)
    {
        Tensor x = Normal((MostRows, inputs), 1), bias = Normal(outputs, 2), weight = Weight(type, outputs, inputs);
        foreach (int bits in KernelsUnderTest.Widths)
        {
            Kernels first = Kernels.CreateSimd(threads: 1, vectorBits: bits);
            float[] expected = [.. Enumerable.Range(0, MostRows).SelectMany(row => Linear(first, x.Rows(row, 1), weight, bias))];
            foreach (int threads in (int[])[1, 2, 3])
            {
                Kernels kernels = Kernels.CreateSimd(threads, bits);
                foreach (int rows in (int[])[1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 17, MostRows])
                    Assert.Equal(expected[..(rows * outputs)], Linear(kernels, x.Rows(0, rows), weight, bias));
            }
        }
    }

    [Theory]
    [InlineData(65535f)]
    [InlineData(float.NegativeInfinity)]
    [InlineData(float.NaN)]
    public void Halves_that_are_not_finite_are_read_as_they_are(float number)
    {
        Tensor x = Normal((9, 100), 1), numbers = Normal((40, 100), 3), weight = Tensor.Zeros(numbers.Shape, DType.F16);
        numbers.Span<float>()[(7 * 100) + 33] = number;
        Kernels.Reference.Copy(numbers, weight);
        float[] expected = Linear(Kernels.Reference, x, weight, null);
        foreach (Kernels kernels in KernelsUnderTest.All.Values)
        {
            Assert.Equal(expected, Linear(kernels, x, weight, null), (a, b) => a.Equals(b) || Math.Abs(a - b) < 1e-4);
            Assert.Equal(expected[..40], Linear(kernels, x.Rows(0, 1), weight, null), (a, b) => a.Equals(b) || Math.Abs(a - b) < 1e-4);
        }
    }

    private static float[] Linear(Kernels kernels, Tensor x, Tensor weight, Tensor? bias)
    {
        Tensor y = Normal((x.Shape[0], weight.Shape[0]), 9);
        kernels.Linear(x, weight, bias, y);
        return y.ToArray<float>();
    }

    private static Tensor Weight(DType type, int outputs, int inputs)
    {
        Tensor weight = Tensor.Zeros((outputs, inputs), type);
        Kernels.Reference.Copy(Normal((outputs, inputs), 3), weight);
        return weight;
    }
}
