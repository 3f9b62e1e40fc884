namespace Grimoire.Tensors.Tests;

/// <summary>Memory that is rewound, not allocated.</summary>
public sealed class WorkspaceTests
{
    public static TheoryData<string> Devices => [.. KernelsUnderTest.All.Keys];

    [Theory]
    [MemberData(nameof(Devices))]
    public void A_warm_forward_pass_allocates_nothing(string device)
    {
        var layer = new Layer();
        var workspace = new Workspace(KernelsUnderTest.All[device]);
        for (int warm = 0; warm < 3; warm++)
            layer.Loss(workspace);
        long capacity = workspace.Capacity, before = GC.GetAllocatedBytesForCurrentThread();
        for (int step = 0; step < 5; step++)
            layer.Loss(workspace);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(capacity, workspace.Capacity);
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Training_steps_take_no_more_memory_than_the_first(string device)
    {
        var layer = new Layer();
        layer.Weight.RequiresGrad = layer.Table.RequiresGrad = true;
        var workspace = new Workspace(KernelsUnderTest.All[device], new Tape());
        long capacity = 0;
        for (int step = 0; step < 4; step++)
        {
            workspace.Tape!.Backward(layer.Loss(workspace));
            Assert.Equal(0, workspace.Tape.Count);
            capacity = step == 0 ? workspace.Capacity : capacity;
        }

        Assert.Equal(capacity, workspace.Capacity);
    }

    [Fact]
    public void Release_gives_memory_back_and_keep_outlives_it()
    {
        var workspace = new Workspace(Kernels.Reference);
        Tensor before = workspace.From(2, [1, 2]);
        Workspace.Position mark = workspace.Mark();
        Tensor kept = workspace.From(3, [3, 4, 5]).Keep();
        for (int i = 0; i < 1000; i++)
        {
            workspace.Release(mark);
            workspace.Kernels.Fill(workspace.New(100_000), i);
        }

        Assert.Equal([1, 2], Numbers.Of(before));
        Assert.Equal([3, 4, 5], Numbers.Of(kept));
        Assert.Null(kept.Workspace);
        Assert.InRange(workspace.Capacity, 400_000, 1 << 20);
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void What_was_put_away_comes_back_rounded_in_new_memory(string device)
    {
        var workspace = new Workspace(KernelsUnderTest.All[device]);
        float[] numbers = [.. Enumerable.Range(0, 1000).Select(i => (i - 500) * 1.2345678f), float.NaN, float.NegativeInfinity];
        Tensor before = workspace.From(3, [1.2345678f, 2, 3]);
        Workspace.Position mark = workspace.Mark();
        Tensor old = before.Reshape((3, 1)), x = workspace.From(numbers.Length, numbers), ids = workspace.From([1, 70_000, 3]), rows = x.Rows(10, 5);
        Tensor exact = workspace.From(1, [1.2345678f]), view = x.Reshape((2, numbers.Length / 2));
        exact.IsExact = true;

        var shelved = new Shelved();
        workspace.PutAway(mark, shelved);
        Assert.Equal((mark.Chunk, mark.Offset), (workspace.Mark().Chunk, workspace.Mark().Offset));
        workspace.Kernels.Fill(workspace.New(5000), 7);
        workspace.TakeOut(shelved);

        float[] rounded = [.. numbers.Select(number => BFloat16.ToSingle(BFloat16.FromSingle(number)))];
        Assert.Equal(rounded, x.Span<float>());
        Assert.Equal(rounded, view.Span<float>());
        Assert.Equal(rounded.AsSpan(10, 5), rows.Span<float>());
        Assert.Equal([1, 70_000, 3], ids.Span<int>());
        Assert.Equal([1.2345678f], exact.Span<float>());
        Assert.Equal([1.2345678f, 2, 3], old.Span<float>());
        Assert.Equal([1.2345678f, 2, 3], before.Span<float>());
    }

    [Fact]
    public void Tensors_larger_than_a_chunk_fit_and_are_aligned()
    {
        var workspace = new Workspace(Kernels.Reference);
        for (int round = 0; round < 3; round++)
        {
            workspace.Reset();
            foreach (int count in (int[])[1, 5_000_000, 3, 100, 1_000_000])
            {
                Tensor x = workspace.New(count);
                x.Span<float>()[count - 1] = 1;
                unsafe
                {
                    Assert.Equal(0, (long)x.Data % 64);
                }
            }
        }
    }

    [Fact]
    public void Values_must_fill_their_shape()
    {
        var workspace = new Workspace(Kernels.Reference, type: DType.F64);
        Assert.Throws<ArgumentException>(() => workspace.From((2, 2), [1, 2, 3]));
        Assert.Throws<ArgumentException>(() => Tensor.From((2, 2), [1, 2, 3, 4, 5]));
        Assert.Equal([1, 2.5], Numbers.Of(workspace.From(2, [1, 2.5f])));
    }

    /// <summary>A pass through most ops, in the manner of a small transformer.</summary>
    private sealed class Layer
    {
        private static readonly int[] Tokens = [1, 4, 2, 0, 3, 3, 1];
        private static readonly int[] Positions = [0, 1, 2, 3, 0, 1, 2];
        private static readonly double[] Frequencies = [1, 0.1];
        private readonly Segment[] segments = [new(0, 4), new(4, 3)];
        private readonly Tensor cache = Tensor.Zeros((6, 2, 4));
        private readonly Tensor norm = Weights(8, seed: 3);

        public Tensor Table { get; } = Weights((5, 8), seed: 1);

        public Tensor Weight { get; } = Weights((8, 8), seed: 2);

        public Tensor Loss(Workspace workspace)
        {
            workspace.Reset();
            Tensor ids = workspace.From(Tokens);
            Tensor x = Ops.Embedding(workspace, Table, ids);
            Tensor q = Ops.Linear(Ops.RmsNorm(x, norm, 1e-5f), Weight).Reshape((7, 2, 4));
            Tensor turned = Ops.Rotary(q, Ops.RotaryTable(workspace, workspace.From(Positions), Frequencies), interleaved: false);
            Tensor fused = Ops.Attention(turned, turned, q, segments, new(0.5f));
            Tensor pattern = Ops.Softmax(Ops.AttentionScores(turned, turned, segments, new(0.5f)));
            x = x + fused.Reshape((7, 8)) - Ops.AttentionMix(pattern, q, segments).Reshape((7, 8));
            x = Ops.Dropout(Ops.LayerNorm(x, norm, norm, 1e-5f), 0.1f, seed: 1) * 0.5f;
            x = Ops.Gate(Activation.Silu, x, Ops.Gelu(x)) + Ops.MatMul(x, Weight, transposeB: true) * Ops.LogSoftmax(x);
            Ops.ArgMax(x);
            workspace.Kernels.CopyRows(q, 3, 2, cache, 4);
            Tensor losses = Ops.LinearCrossEntropy(x, Table, null, ids, new(0.1f, 0.01f), softCap: 5, chunk: 3);
            return Ops.Mean(losses + Ops.CrossEntropy(Ops.Linear(x, Table), ids)) + Ops.SquaredError(x, q.Reshape((7, 8)));
        }

        private static Tensor Weights(Shape shape, int seed) => new Input(shape, Parameter: true).Make(new Workspace(Kernels.Reference), seed);
    }
}
