using System.Diagnostics;
using static Grimoire.RandomTensor;

namespace Grimoire.Tensors.Tests;

/// <summary>What holds of the SIMD kernels beyond equality with the reference.</summary>
public sealed class SimdTests
{
    private const string Switched = "GRIMOIRE_TEST_SWITCHED_OFF";

    public static TheoryData<int> Widths => [.. KernelsUnderTest.Widths];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Bits_do_not_depend_on_the_number_of_threads(int bits)
    {
        Kernels[] devices = [.. new[] { 1, 2, 3 }.Select(threads => Kernels.CreateSimd(threads, bits))];
        foreach (OpCase row in OpCases.All.Concat(OpCases.Large))
        {
            CaseRun[] runs = [.. devices.Select(kernels => CaseRun.Of(row, kernels, DType.F32))];
            for (int i = 1; i < runs.Length; i++)
            {
                Assert.True(Same(runs[0].Output, runs[i].Output), $"{row.Name}: {i + 1} threads give another output");
                for (int input = 0; input < row.Inputs.Length; input++)
                    Assert.True(Same(runs[0].Gradients[input], runs[i].Gradients[input]), $"{row.Name}: {i + 1} threads give another gradient {input}");
            }
        }
    }

    [Fact]
    public void Nothing_is_allocated_once_warm()
    {
        Kernels kernels = Kernels.CreateSimd(2);
        Tensor x = Tensor.Zeros((80, 3, 32)), y = Tensor.Zeros((80, 3, 32)), sums = Tensor.Zeros((80, 3)), weight = Tensor.Zeros((96, 96));
        Tensor flat = x.Reshape((80, 96)), dflat = y.Reshape((80, 96));
        Segment[] segments = [new(0, 50), new(50, 30)];
        void Step()
        {
            kernels.Linear(flat, weight, null, dflat);
            kernels.LinearWeightGrad(dflat, flat, weight);
            kernels.Attention(x, x, x, segments, new(1), y, sums);
            kernels.AttentionGrad(x, x, x, segments, new(1), y, sums, x, y, y, y);
            kernels.Softmax(x, y);
            kernels.Activate(Activation.Gelu, x, y);
            _ = kernels.SumOfSquares(x);
        }

        for (int i = 0; i < 50; i++)
            Step();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Step();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    /// <summary>Layers that share what is packed of their input have the bits of each alone.</summary>
    [Fact]
    public void Layers_of_one_input_have_the_bits_of_each_alone()
    {
        foreach (int threads in (int[])[1, 2])
        {
            Kernels kernels = Kernels.CreateSimd(threads);
            Tensor x = Uniform((37, 530), 3), a = Uniform((130, 530), 4), b = Uniform((257, 530), 5);
            Tensor bias = Uniform(257, 6);
            Tensor ya = Tensor.Zeros((37, 130)), yb = Tensor.Zeros((37, 257)), alone = Tensor.Zeros((37, 130)), other = Tensor.Zeros((37, 257));
            kernels.Linear(x, [new(a, null, ya), new(b, bias, yb)]);
            kernels.Linear(x, a, null, alone);
            kernels.Linear(x, b, bias, other);
            Assert.Equal(alone.Span<float>(), ya.Span<float>());
            Assert.Equal(other.Span<float>(), yb.Span<float>());
        }
    }

    /// <summary>The kernel tests again in a process where the runtime believes the machine to be older.</summary>
    [Theory]
    [InlineData("DOTNET_EnableAVX512")]
    [InlineData("DOTNET_EnableAVX2")]
    public void Right_with_instructions_switched_off(string name)
    {
        if (Environment.GetEnvironmentVariable(Switched) is not null)
            return;
        string program = Path.ChangeExtension(typeof(SimdTests).Assembly.Location, OperatingSystem.IsWindows() ? ".exe" : null)!.TrimEnd('.');
        var start = new ProcessStartInfo(program, ["-class", typeof(KernelTests).FullName!, "-class", typeof(VectorMathTests).FullName!])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
            Environment = { [name] = "0", [Switched] = name },
        };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output);
    }

    private static bool Same(double[]? a, double[]? b) => a is null ? b is null : a.Select(BitConverter.DoubleToInt64Bits).SequenceEqual(b!.Select(BitConverter.DoubleToInt64Bits));
}
