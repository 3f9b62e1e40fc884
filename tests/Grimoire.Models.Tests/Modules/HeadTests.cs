using Grimoire.Models.Formats;
using Grimoire.Tensors;

namespace Grimoire.Models.Tests;

public sealed class HeadTests : IDisposable
{
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void A_new_head_says_zero_and_learns_from_the_stream()
    {
        var workspace = new Workspace(Kernels.Simd, new Tape());
        var head = new Head("score", 1, 3);
        Tensor y = head.Forward(workspace.From((2, 3), [1, 2, 3, 4, 5, 6]));
        Assert.Equal([0f, 0f], y.Span<float>());
        workspace.Tape!.Backward(Ops.Sum(y));
        Assert.Equal([5f, 7f, 9f], head.Weight.Grad!.Span<float>());
        Assert.Equal(["score.weight"], head.Parameters.Select(p => p.Name));
    }

    [Fact]
    public void Heads_come_back_from_their_file()
    {
        string path = scratch["heads.safetensors"];
        var score = new Head("score", Tensor.From((1, 2), [3, 4]));
        var value = new Head("value", Tensor.From((2, 2), [1, 0, 0, 1]), Tensor.From(2, [5, 6]));
        Head.Write(path, [value, score]);
        IReadOnlyList<Head> read = Head.Read(path, trainable: true);
        Assert.Equal(["score", "value"], read.Select(h => h.Name));
        Assert.Equal([3f, 4f], read[0].Weight.Span<float>());
        Assert.Equal([5f, 6f], read[1].Bias!.Span<float>());
        Assert.All(read.SelectMany(h => h.Parameters), p => Assert.True(p.Tensor.RequiresGrad));
        Assert.All(Head.Read(path).SelectMany(h => h.Parameters), p => Assert.False(p.Tensor.RequiresGrad));
    }

    [Theory]
    [InlineData("score")]
    [InlineData(".weight")]
    [InlineData("value.bias")]
    public void What_is_no_head_is_named(string name)
    {
        string path = scratch["heads.safetensors"];
        Safetensors.Write(path, [(name, Tensor.From((1, 2), [3, 4]))]);
        Assert.Contains(name, Assert.Throws<GrimoireException>(() => Head.Read(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused() =>
        Assert.Throws<GrimoireException>(() => new Head("value", Tensor.Zeros((2, 3)), Tensor.Zeros(3)));
}
