namespace Grimoire.Tensors.Tests;

/// <summary>The tape: what it records, where gradients go, and what is refused.</summary>
public sealed class AutogradTests
{
    private readonly Workspace workspace = new(Kernels.Reference, new Tape());

    [Fact]
    public void Gradients_of_a_reshaped_tensor_are_its_own()
    {
        Tensor weight = Tensor.From((2, 3), [1, 2, 3, 4, 5, 6]);
        weight.RequiresGrad = true;
        Tensor x = workspace.From((3, 2), [1, 2, 3, 4, 5, 6]);
        Tensor view = weight.Reshape((3, 2));
        workspace.Tape!.Backward(Ops.Sum((view * x).Reshape(6)));
        Assert.Equal([1, 2, 3, 4, 5, 6], Numbers.Of(weight.Grad!));
        Assert.Equal(new Shape(3, 2), view.Grad!.Shape);
        Assert.Equal(new Shape(2, 3), weight.Grad!.Shape);
        Assert.Throws<InvalidOperationException>(() => view.Grad = null);
    }

    [Fact]
    public void A_view_follows_its_tensor_when_that_is_frozen()
    {
        Tensor weight = Tensor.Zeros((2, 2));
        Tensor view = weight.Reshape(4);
        weight.RequiresGrad = true;
        Assert.True(view.RequiresGrad);
        view.RequiresGrad = false;
        Assert.False(weight.RequiresGrad);
    }

    [Fact]
    public void Gradients_of_several_passes_add_up()
    {
        Tensor weight = Tensor.From(2, [3, 4]);
        weight.RequiresGrad = true;
        for (int pass = 0; pass < 3; pass++)
        {
            workspace.Reset();
            workspace.Tape!.Backward(Ops.Sum(weight * workspace.From(2, [1, 2])), scale: 0.5f);
        }

        Assert.Equal([1.5, 3], Numbers.Of(weight.Grad!));
        weight.Grad = null;
        Assert.Null(weight.Grad);
    }

    [Fact]
    public void Terms_of_a_sum_share_its_gradient_until_one_gets_more()
    {
        Tensor a = workspace.From(2, [1, 2]), b = workspace.From(2, [3, 4]);
        (a.RequiresGrad, b.RequiresGrad) = (true, true);
        Tensor x = a * 2, y = b * 3, sum = x + y;
        Tensor doubled = sum + sum;
        workspace.Tape!.Backward(Ops.Sum(doubled * workspace.From(2, [5, 6])) + Ops.Sum(x * workspace.From(2, [7, 8])));
        Assert.Equal([2 * (10 + 7), 2 * (12 + 8)], Numbers.Of(a.Grad!));
        Assert.Equal([3 * 10, 3 * 12], Numbers.Of(b.Grad!));
        Assert.Null(sum.Grad);
    }

    [Fact]
    public void Gradients_within_a_pass_are_given_back_when_they_were_read()
    {
        Tensor x = workspace.From(100_000, new float[100_000]);
        x.RequiresGrad = true;
        Tensor y = x;
        for (int i = 0; i < 100; i++)
            y = Ops.Gelu(y) * 2;
        long before = workspace.Capacity;
        workspace.Tape!.Backward(Ops.Sum(y));
        Assert.Equal(before, workspace.Capacity);
        Assert.Equal(1, Numbers.Of(x.Grad!)[^1]);
    }

    [Fact]
    public void Cleared_numbers_are_zero_whoever_reads_them()
    {
        Tensor x = Tensor.From((2, 2), [1, 2, 3, 4]), view = x.Reshape(4);
        x.Clear();
        Assert.Equal([0, 0, 0, 0], Numbers.Of(x.Reshape(4)));
        x.Span<float>()[3] = 5;
        Assert.Equal([0, 5], Numbers.Of(x.Rows(1, 1)));
        view.Clear();
        Assert.Equal([0, 0, 0, 0], Numbers.Of(x));
    }

    [Fact]
    public void Only_what_leads_to_a_wanted_gradient_is_recorded()
    {
        Tensor frozen = Tensor.From(2, [3, 4]);
        Tensor x = workspace.From(2, [1, 2]);
        Tensor constant = Ops.Gelu(frozen * x);
        Assert.Equal(0, workspace.Tape!.Count);
        Assert.Throws<InvalidOperationException>(() => workspace.Tape.Backward(Ops.Sum(constant)));

        x.RequiresGrad = true;
        workspace.Tape.Backward(Ops.Sum(frozen * x + constant));
        Assert.Equal([3, 4], Numbers.Of(x.Grad!));
        Assert.Null(frozen.Grad);
    }

    [Fact]
    public void A_frozen_operand_of_attention_gets_no_gradient()
    {
        Tensor q = workspace.Zeros((3, 1, 2)), k = workspace.Zeros((3, 1, 2)), v = workspace.Zeros((3, 1, 2));
        v.RequiresGrad = true;
        workspace.Tape!.Backward(Ops.Sum(Ops.Attention(q, k, v, [new(0, 3)], new(1))));
        Assert.NotNull(v.Grad);
        Assert.Null(q.Grad);
        Assert.Null(k.Grad);
    }

    [Fact]
    public void Stored_types_are_not_trained()
    {
        Tensor half = Tensor.Zeros((2, 2), DType.F16);
        Assert.Throws<InvalidOperationException>(() => half.RequiresGrad = true);
        Tensor wide = Tensor.Zeros((2, 2), DType.F64);
        wide.RequiresGrad = true;
        Assert.Throws<ArgumentException>(() => Ops.Linear(workspace.Zeros((1, 2)), wide));
    }

    [Fact]
    public void Wrong_shapes_and_types_are_refused_by_name()
    {
        Tensor a = workspace.Zeros((2, 3)), b = workspace.Zeros((3, 2)), heads = workspace.Zeros((4, 3, 2)), halves = workspace.Zeros((4, 2, 2));
        Tensor other = new Workspace(Kernels.Reference).Zeros((2, 3)), ids = workspace.From([0, 1]);
        Refused("b", () => Ops.Add(a, b));
        Refused("b", () => Ops.Add(a, other));
        Refused("a", () => Ops.Add(Tensor.Zeros(2), Tensor.Zeros(2)));
        Refused("up", () => Ops.Gate(Activation.Silu, a, b));
        Refused("x", () => Ops.Linear(a, b));
        Refused("bias", () => Ops.Linear(a, a, workspace.Zeros(3)));
        Refused("b", () => Ops.MatMul(a, a));
        Refused("ids", () => Ops.GatherRows(a, b));
        Refused("weight", () => Ops.RmsNorm(a, workspace.Zeros(2), 1e-5f));
        Refused("table", () => Ops.Rotary(heads, workspace.Zeros((4, 2, 2)), interleaved: true));
        Refused("k", () => Ops.Attention(heads, halves, halves, [new(0, 4)], new(1)));
        Refused("segments", () => Ops.Attention(heads, heads, heads, [new(0, 3)], new(1)));
        Refused("segments", () => Ops.Attention(heads, heads, heads, [new(0, 3), new(2, 2)], new(1)));
        Refused("segments", () => Ops.Attention(heads, heads, heads, [new(0, 4, Past: 2)], new(1)));
        Refused("segments", () => Ops.Attention(heads, heads, heads, [new(0, 4, Past: 5, heads, heads)], new(1)));
        Refused("spec", () => Ops.Attention(heads, heads, heads, [new(0, 4)], new(1, Causal: false, Window: 2)));
        Refused("targets", () => Ops.CrossEntropy(b, ids));
        Refused("spec", () => Ops.CrossEntropy(a, ids, new(Smoothing: 1)));
        Refused("size", () => Ops.Patches(workspace.Zeros((1, 1, 5, 4)), 2));
        Refused("rate", () => Ops.Dropout(a, 1, 0));
        Refused("rate", () => Ops.Dropout(a, float.NaN, 0));
    }

    private static void Refused(string name, Action op) => Assert.Equal(name, Assert.ThrowsAny<ArgumentException>(op).ParamName);
}
