using static Grimoire.RandomTensor;

namespace Grimoire.Tensors.Tests;

/// <summary>Weights of floats in panels: every output is one chain of multiply-adds, whatever else is computed beside it.</summary>
public sealed class PackedFloatTests
{
    private const int MostRows = 300;

    public static TheoryData<DType, int, int> Weights => new()
    {
        { DType.F32, 32, 16 }, { DType.F32, 77, 131 }, { DType.F32, 33, 1100 },
        { DType.F16, 1, 1 }, { DType.F16, 64, 48 }, { DType.F16, 90, 1031 },
        { DType.BF16, 31, 7 }, { DType.BF16, 96, 600 },
    };

    [Theory]
    [MemberData(nameof(Weights))]
    public void One_row_is_that_row_of_many_in_every_register(DType type, int outputs, int inputs)
    {
        Tensor x = Uniform((MostRows, inputs), 1), bias = Uniform(outputs, 2), weight = Weight(type, outputs, inputs, 3);
        Kernels narrow = Kernels.CreateSimd(threads: 1, vectorBits: 128);
        narrow.Pack(weight);
        float[] expected = [.. Enumerable.Range(0, MostRows).SelectMany(row => Linear(narrow, x.Rows(row, 1), weight, bias))];
        foreach (Kernels kernels in KernelsUnderTest.All.Values.Where(one => one != Kernels.Reference))
        {
            foreach (int rows in (int[])[1, 2, 3, 4, 5, 13, 14, 15, 16, 31, 47, 130, MostRows])
                Assert.Equal(expected[..(rows * outputs)], Linear(kernels, x.Rows(0, rows), weight, bias));
        }
    }

    [Theory]
    [MemberData(nameof(Weights))]
    public void Equals_the_reference(DType type, int outputs, int inputs)
    {
        Tensor x = Uniform((5, inputs), 1), bias = Uniform(outputs, 2), weight = Weight(type, outputs, inputs, 3);
        float[] expected = Linear(Kernels.Reference, x, weight, bias);
        Kernels.Simd.Pack(weight);
        Assert.NotNull(weight.Packed);
        Assert.Equal(expected, Linear(Kernels.Simd, x, weight, bias), (a, b) => Math.Abs(a - b) <= 1e-5 * Math.Sqrt(inputs));
    }

    [Fact]
    public void Several_projections_are_each_alone()
    {
        Kernels kernels = Kernels.CreateSimd(threads: 2);
        Tensor q = Weight(DType.F16, 96, 64, 3), k = Weight(DType.F16, 33, 64, 4), v = Weight(DType.BF16, 32, 64, 5);
        foreach (int rows in (int[])[1, 20])
        {
            Tensor x = Uniform((rows, 64), 6);
            Tensor[] alone = [.. new[] { q, k, v }.Select(weight => Tensor.Zeros((rows, weight.Shape[0])))], together = [.. alone.Select(one => Tensor.Zeros(one.Shape))];
            foreach ((Tensor weight, Tensor y) in new[] { q, k, v }.Zip(alone))
            {
                kernels.Pack(weight);
                kernels.Linear(x, weight, null, y);
            }

            kernels.Linear(x, [new(q, null, together[0]), new(k, null, together[1]), new(v, null, together[2])]);
            foreach ((Tensor one, Tensor other) in alone.Zip(together))
                Assert.Equal(one.ToArray<float>(), other.ToArray<float>());
        }
    }

    [Fact]
    public void A_gate_is_two_projections_and_their_product()
    {
        Tensor gate = Weight(DType.F16, 170, 600, 3), up = Weight(DType.BF16, 170, 600, 4), bias = Uniform(170, 5);
        foreach (Kernels kernels in KernelsUnderTest.All.Values.Where(one => one != Kernels.Reference))
        {
            kernels.Pack(gate);
            kernels.Pack(up);
            foreach (int rows in (int[])[1, 3, 20, 131, MostRows])
            {
                Tensor x = Uniform((rows, 600), 6);
                Tensor[] y = [.. Enumerable.Range(0, 5).Select(_ => Tensor.Zeros((rows, 170)))];
                kernels.Linear(x, gate, bias, y[0]);
                kernels.Linear(x, up, null, y[1]);
                kernels.Gate(Activation.Silu, y[0], y[1], y[2]);
                kernels.GatedLinear(Activation.Silu, x, new(gate, bias, y[3]), new(up, null, y[4]));
                Assert.Equal(y[2].ToArray<float>(), y[3].ToArray<float>());
            }
        }
    }

    [Fact]
    public unsafe void Every_finite_number_of_sixteen_bits_comes_out_as_it_is()
    {
        foreach (DType type in (DType[])[DType.F16, DType.BF16])
        {
            Tensor weight = Tensor.Zeros((1 << 16, 1), type), one = Tensor.From((1, 1), [1f]), y = Tensor.Zeros((1, 1 << 16));
            for (int bits = 0; bits < 1 << 16; bits++)
                ((ushort*)weight.Data)[bits] = IsFinite(type, bits) ? (ushort)bits : (ushort)0;
            float[] expected = new float[1 << 16];
            for (int i = 0; i < expected.Length; i++)
                expected[i] = type == DType.F16 ? (float)((Half*)weight.Data)[i] : BitConverter.UInt32BitsToSingle((uint)((ushort*)weight.Data)[i] << 16);
            foreach (Kernels kernels in KernelsUnderTest.All.Values.Where(each => each != Kernels.Reference))
            {
                weight.Packed = null;
                kernels.Pack(weight);
                Assert.NotNull(weight.Packed);
                kernels.Linear(one, weight, null, y);
                Assert.Equal(expected, y.ToArray<float>());
            }
        }
    }

    [Fact]
    public unsafe void Infinite_numbers_of_sixteen_bits_are_left_where_they_are()
    {
        foreach (ushort bits in (ushort[])[0x7C00, 0xFC00, 0x7E00])
        {
            Tensor weight = Weight(DType.F16, 40, 50, 1);
            ((ushort*)weight.Data)[1234] = bits;
            Kernels.CreateSimd(threads: 2).Pack(weight);
            Assert.Null(weight.Packed);
        }
    }

    private static bool IsFinite(DType type, int bits) => (bits & (type == DType.F16 ? 0x7C00 : 0x7F80)) != (type == DType.F16 ? 0x7C00 : 0x7F80);

    private static float[] Linear(Kernels kernels, Tensor x, Tensor weight, Tensor bias)
    {
        Tensor y = Tensor.Zeros((x.Shape.Rows, weight.Shape[0]));
        kernels.Linear(x, weight, bias, y);
        return y.ToArray<float>();
    }

    private static Tensor Weight(DType type, int outputs, int inputs, ulong seed)
    {
        Tensor weight = Tensor.Zeros((outputs, inputs), type);
        Kernels.Simd.Copy(Uniform((outputs, inputs), seed), weight);
        return weight;
    }
}
