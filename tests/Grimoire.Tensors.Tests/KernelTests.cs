using System.Collections.Concurrent;

namespace Grimoire.Tensors.Tests;

/// <summary>Every device equals the reference in float64, forward and backward.</summary>
public sealed class KernelTests
{
    private static readonly ConcurrentDictionary<string, CaseRun> Expected = new(StringComparer.Ordinal);

    public static TheoryData<string, string> Cases
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (string device in KernelsUnderTest.All.Keys)
                foreach (OpCase row in device == "reference" ? OpCases.All : OpCases.All.Concat(OpCases.Large))
                    data.Add(device, row.Name);
            return data;
        }
    }

    public static TheoryData<string> Devices => [.. KernelsUnderTest.All.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Equals_the_reference(string device, string name)
    {
        OpCase row = OpCases.All.Concat(OpCases.Large).Single(row => row.Name == name);
        CaseRun expected = Expected.GetOrAdd(name, _ => CaseRun.Of(row, Kernels.Reference, DType.F64));
        CaseRun actual = CaseRun.Of(row, KernelsUnderTest.All[device], DType.F32);
        AssertClose(row, "output", expected.Output, actual.Output);
        for (int i = 0; i < row.Inputs.Length; i++)
        {
            if (expected.Gradients[i] is not { } gradient)
                continue;
            AssertClose(row, $"gradient {i}", gradient, actual.Gradients[i]!);
            CaseRun alone = CaseRun.Of(row, KernelsUnderTest.All[device], DType.F32, only: i);
            AssertClose(row, $"gradient {i} alone", gradient, alone.Gradients[i]!);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gives_the_same_bits_with_a_tape_and_again(string device, string name)
    {
        OpCase row = OpCases.All.Concat(OpCases.Large).Single(row => row.Name == name);
        CaseRun taped = CaseRun.Of(row, KernelsUnderTest.All[device], DType.F32), again = CaseRun.Of(row, KernelsUnderTest.All[device], DType.F32);
        Assert.Equal(taped.Output, CaseRun.Of(row, KernelsUnderTest.All[device], DType.F32, taped: false).Output);
        Assert.Equal(taped.Output, again.Output);
        Assert.Equal(taped.Gradients, again.Gradients);
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Refuses_ids_beyond_the_table(string device)
    {
        var workspace = new Workspace(KernelsUnderTest.All[device]);
        Tensor table = Tensor.Zeros((3, 5)), rows = workspace.Zeros((2, 5)), logits = workspace.Zeros((2, 3)), beyond = workspace.From([0, 3]);
        foreach (int wrong in (int[])[3, int.MaxValue, -1])
        {
            Tensor ids = workspace.From([0, wrong]);
            Assert.ThrowsAny<ArgumentException>(() => Ops.Embedding(workspace, table, ids));
            Assert.ThrowsAny<ArgumentException>(() => workspace.Kernels.ScatterRows(rows, ids, table));
        }

        Assert.ThrowsAny<ArgumentException>(() => Ops.CrossEntropy(logits, beyond));
        Assert.ThrowsAny<ArgumentException>(() => workspace.Kernels.CrossEntropyGrad(logits, beyond, default, workspace.Zeros(2), workspace.Zeros((2, 3))));
        Assert.ThrowsAny<ArgumentException>(() => workspace.Kernels.CopyRows(logits, 1, 2, logits, 0));
        Assert.ThrowsAny<ArgumentException>(() => workspace.Kernels.CopyRows(logits, 0, 2, logits, 1));
    }

    private static void AssertClose(OpCase row, string what, double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        double[] finite = [.. expected.Where(double.IsFinite)];
        double size = row.ManyMagnitudes ? 1e-2 : Math.Sqrt(finite.Sum(e => e * e) / Math.Max(1, finite.Length));
        for (int i = 0; i < expected.Length; i++)
        {
            bool close = double.IsFinite(expected[i])
                ? Math.Abs(expected[i] - actual[i]) <= row.Tolerance * (size + Math.Abs(expected[i]))
                : expected[i].Equals(actual[i]);
            Assert.True(close, $"{what}[{i}] is {actual[i]:R}, not {expected[i]:R} (tolerance {row.Tolerance:G2} of {size:G3})");
        }
    }
}
