namespace Grimoire.Tensors.Tests;

/// <summary>Different ways to the same numbers, on every device.</summary>
public sealed class IdentityTests
{
    public static TheoryData<string> Devices => [.. KernelsUnderTest.All.Keys];

    public static TheoryData<string, string> Attentions
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (string device in KernelsUnderTest.All.Keys)
                foreach ((string name, OpCases.AttentionSize _) in OpCases.AttentionSizes)
                    data.Add(device, name);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Attentions))]
    public void Fused_attention_is_composed_attention(string device, string name)
    {
        OpCases.AttentionSize size = OpCases.AttentionSizes.Single(row => row.Name == name).Size;
        Input[] inputs = size.Inputs();
        CaseRun fused = Run(device, inputs, (_, x) => Ops.Attention(x[0], x[1], x[2], size.Segments(x), size.Spec));
        CaseRun composed = Run(device, inputs, (_, x) =>
        {
            Segment[] segments = size.Segments(x);
            return Ops.AttentionMix(Ops.Softmax(Ops.AttentionScores(x[0], x[1], segments, size.Spec)), x[2], segments);
        });
        Close(fused, composed);
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Packed_sequences_are_separate_sequences(string device)
    {
        int[] lengths = [5, 1, 17];
        Input[] inputs = [new((23, 4, 8)), new((23, 2, 8)), new((23, 2, 8))];
        var spec = new AttentionSpec(0.4f, Window: 9);
        CaseRun packed = Run(device, inputs, (_, x) => Ops.Attention(x[0], x[1], x[2], [new(0, 5), new(5, 1), new(6, 17)], spec));
        CaseRun separate = Run(device, inputs, (w, x) =>
        {
            Tensor whole = w.Zeros((23, 32));
            for (int i = 0, start = 0; i < lengths.Length; start += lengths[i++])
            {
                int first = start, length = lengths[i];
                Tensor Part(Tensor rows) => Rows(w, rows, first, length);
                Tensor y = Ops.Attention(Part(x[0]), Part(x[1]), Part(x[2]), [new(0, length)], spec);

                // Back into place: a matrix of ones and zeros spreads the rows.
                Tensor spread = w.Zeros((23, length));
                for (int row = 0; row < length; row++)
                    Numbers.Set(spread, ((first + row) * length) + row, 1);
                whole += Ops.MatMul(spread, y.Reshape((length, 32)));
            }

            return whole.Reshape((23, 4, 8));
        });
        Close(packed, separate);
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Cached_positions_are_uncached_positions(string device)
    {
        const int Past = 21, Present = 12;
        foreach (AttentionSpec spec in (AttentionSpec[])[new(0.4f), new(0.4f, Window: 10), new(0.4f, SoftCap: 2)])
        {
            var workspace = new Workspace(KernelsUnderTest.All[device]);
            Tensor q = new Input((Past + Present, 4, 8)).Make(workspace, 1), k = new Input((Past + Present, 2, 8)).Make(workspace, 2);
            Tensor v = new Input((Past + Present, 2, 8)).Make(workspace, 3);
            double[] whole = Numbers.Of(Ops.Attention(q, k, v, [new(0, Past + Present)], spec));
            double[] tail = Numbers.Of(Ops.Attention(
                q.Rows(Past, Present), k.Rows(Past, Present), v.Rows(Past, Present), [new(0, Present, Past, k.Keep(), v.Keep())], spec));
            Close(whole[(Past * 32)..], tail);
        }
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Chunked_loss_is_the_loss_of_the_linear_layer(string device)
    {
        Input[] inputs = [new((23, 9)), new((31, 9)), new(31), new(23, Grad: false, Draw.IgnoredIds, Limit: 31)];
        var spec = new CrossEntropySpec(0.1f, 0.02f);
        CaseRun chunked = Run(device, inputs, (_, x) => Ops.LinearCrossEntropy(x[0], x[1], x[2], x[3], spec, softCap: 3, chunk: 7));
        CaseRun whole = Run(device, inputs, (_, x) =>
            Ops.CrossEntropy(Ops.Scale(Ops.Tanh(Ops.Scale(Ops.Linear(x[0], x[1], x[2]), 1 / 3f)), 3), x[3], spec));
        Close(chunked, whole);
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Logits_that_are_kept_give_what_logits_computed_again_give(string device)
    {
        Input[] inputs = [new((23, 9)), new((31, 9)), new(31), new(23, Grad: false, Draw.IgnoredIds, Limit: 31)];
        CaseRun kept = Run(device, inputs, (_, x) => Ops.LinearCrossEntropy(x[0], x[1], x[2], x[3], new(0.1f, 0.02f)));
        CaseRun again = Run(device, inputs, (_, x) => Ops.LinearCrossEntropy(x[0], x[1], x[2], x[3], new(0.1f, 0.02f), chunk: 12));
        Close(kept, again);
        Assert.Equal(kept.Output, again.Output);
        Assert.Equal(kept.Gradients[0], again.Gradients[0]);
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Dropout_repeats_its_mask_and_keeps_the_mean(string device)
    {
        const int Count = 100_003;
        var workspace = new Workspace(KernelsUnderTest.All[device]);
        Tensor x = workspace.New(Count);
        workspace.Kernels.Fill(x, 1);
        double[] first = Numbers.Of(Ops.Dropout(x, 0.3f, seed: 5)), again = Numbers.Of(Ops.Dropout(x, 0.3f, seed: 5));
        double[] other = Numbers.Of(Ops.Dropout(x, 0.3f, seed: 6));
        Assert.Equal(first, again);
        Assert.InRange(first.Average(), 0.98, 1.02);
        Assert.InRange(first.Zip(other, (a, b) => a == b ? 1.0 : 0).Average(), 0.57, 0.59); // 0.7² + 0.3²
        Assert.Equal([0, 1 / (double)(1 - 0.3f)], first.Distinct().Order(), (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Same(x, Ops.Dropout(x, 0, seed: 5));
    }

    /// <summary>Rows of an activation as an op, so that gradients flow.</summary>
    private static Tensor Rows(Workspace workspace, Tensor x, int start, int count)
    {
        int[] ids = [.. Enumerable.Range(start, count)];
        return Ops.GatherRows(x.Reshape((x.Shape[0], x.Shape[1] * x.Shape[2])), workspace.From(ids)).Reshape(x.Shape.WithFirst(count));
    }

    private static CaseRun Run(string device, Input[] inputs, Func<Workspace, Tensor[], Tensor> run) =>
        CaseRun.Of(new OpCase("", "", inputs, run, 0), KernelsUnderTest.All[device], DType.F32);

    private static void Close(CaseRun expected, CaseRun actual)
    {
        Close(expected.Output, actual.Output);
        for (int i = 0; i < expected.Gradients.Length; i++)
        {
            Assert.Equal(expected.Gradients[i] is null, actual.Gradients[i] is null);
            if (expected.Gradients[i] is { } gradient)
                Close(gradient, actual.Gradients[i]!);
        }
    }

    private static void Close(double[] expected, double[] actual)
    {
        double size = Math.Sqrt(expected.Sum(e => e * e) / expected.Length);
        Assert.Equal(expected, actual, (a, b) => Math.Abs(a - b) <= 2e-5 * (size + Math.Abs(a)));
    }
}
