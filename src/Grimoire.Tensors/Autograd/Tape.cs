namespace Grimoire.Tensors;

/// <summary>
/// The ops of a forward pass in the order they ran. Running their backwards in reverse order is reverse-mode differentiation; the order of recording is already
/// a topological order, so nothing is sorted.
/// </summary>
public sealed class Tape
{
    private Slot[] slots = new Slot[64];

    /// <summary>The number of recorded ops.</summary>
    public int Count { get; private set; }

    /// <summary>
    /// Appends an op that computed <paramref name="y"/>. Where the same kind of op stood in this place before, as in each step of training, nothing is
    /// allocated.
    /// </summary>
    public void Add<TNode>(Tensor y, in TNode node)
        where TNode : struct, INode
    {
        if (Count == slots.Length)
            Array.Resize(ref slots, 2 * Count);
        if (slots[Count] is not Slot<TNode> slot)
            slots[Count] = slot = new Slot<TNode>();
        slot.Set(y, node);
        Count++;
    }

    /// <summary>Forgets all ops.</summary>
    public void Clear() => Count = 0;

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
        for (int i = Count - 1; i >= 0; i--)
            slots[i].Replay(kernels);
        Clear();
    }

    /// <summary>A place on the tape.</summary>
    private abstract class Slot
    {
        public abstract void Replay(Kernels kernels);
    }

    private sealed class Slot<TNode> : Slot
        where TNode : struct, INode
    {
        private Tensor? output;
        private TNode node;

        public void Set(Tensor y, in TNode value) => (output, node) = (y, value);

        public override void Replay(Kernels kernels)
        {
            Tensor y = output!;
            if (y.Grad is null)
                return;
            node.Backward(y, kernels);
            if (!TNode.IsInPlace)
                y.DropGrad();
        }
    }
}
