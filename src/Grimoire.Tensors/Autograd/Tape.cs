namespace Grimoire.Tensors;

/// <summary>
/// The ops of a forward pass in the order they ran. Running their backwards in reverse order is reverse-mode differentiation; the
/// order of recording is already a topological order, so nothing is sorted.
/// </summary>
public sealed class Tape
{
    private readonly List<Node> nodes = [];

    /// <summary>The number of recorded ops.</summary>
    public int Count => nodes.Count;

    /// <summary>Appends an op.</summary>
    public void Add(Node node) => nodes.Add(node);

    /// <summary>Forgets all ops.</summary>
    public void Clear() => nodes.Clear();

    /// <summary>
    /// Adds ∂<paramref name="loss"/>/∂t to the gradient of every tensor t that requires one. The tape is cleared; the gradients of what its ops computed
    /// are given back as soon as they were read.
    /// </summary>
    /// <param name="loss">One value, <c>[]</c>, computed with this tape.</param>
    /// <param name="scale">∂(objective)/∂loss, for example 1/steps when gradients are accumulated.</param>
    /// <exception cref="InvalidOperationException">The loss depends on nothing that requires a gradient.</exception>
    public void Backward(Tensor loss, float scale = 1)
    {
        if (!loss.RequiresGrad || loss.Workspace is not { } workspace)
            throw new InvalidOperationException("the loss depends on no tensor that requires a gradient");
        if (loss.Shape.Count != 1)
            throw new InvalidOperationException($"a loss is one value, not {loss.Shape}");
        workspace.Kernels.Fill(loss.GradToAddTo(), scale);
        Replay(workspace.Kernels);
    }

    /// <summary>
    /// Backward from a tensor whose gradient is known, <c>dy</c> of <c>y</c>'s shape: the replay of a part of a larger pass. The tape is cleared.
    /// </summary>
    public void Backward(Tensor y, Tensor dy)
    {
        if (y.Workspace is not { } workspace)
            throw new InvalidOperationException("only an activation has a history");
        workspace.Kernels.Accumulate(dy, 1, y.GradToAddTo());
        Replay(workspace.Kernels);
    }

    private void Replay(Kernels kernels)
    {
        for (int i = nodes.Count - 1; i >= 0; i--)
        {
            Node node = nodes[i];
            if (node.Output.Grad is null)
                continue;
            node.Backward(kernels);
            if (!node.IsInPlace)
                node.Output.DropGrad();
        }

        nodes.Clear();
    }
}
