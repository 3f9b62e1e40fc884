namespace Grimoire.Tensors;

/// <summary>
/// Tensors of a workspace that were put away rounded, so that they take half the memory, until somebody reads them again; see <see cref="Workspace.PutAway"/>.
/// </summary>
public sealed class Shelved
{
    private readonly List<(Tensor Tensor, Tensor Stored)> whole = [];
    private readonly List<(Tensor View, Tensor Of, nint Offset)> views = [];

    /// <summary>Where the shelf stood before.</summary>
    internal Workspace.Position Begin { get; private set; }

    /// <summary>Empties it, to be filled from here on the shelf.</summary>
    internal void Clear(Workspace.Position begin)
    {
        Begin = begin;
        whole.Clear();
        views.Clear();
    }

    /// <summary>
    /// Puts a tensor away: numbers of F32 as bfloat16, others and those that must stay exact as they are. What lies within one that was put away is a view.
    /// </summary>
    internal unsafe void Put(Tensor tensor, Workspace shelf)
    {
        for (int i = whole.Count - 1; i >= 0; i--)
        {
            Tensor other = whole[i].Tensor;
            if (tensor.Unread >= other.Unread && tensor.Unread < other.Unread + other.Bytes)
            {
                views.Add((tensor, other, (nint)(tensor.Unread - other.Unread)));
                return;
            }
        }

        Tensor stored = shelf.New(tensor.Shape, tensor is { DType: DType.F32, IsExact: false } ? DType.BF16 : tensor.DType);
        shelf.Kernels.Copy(tensor, stored);
        whole.Add((tensor, stored));
    }

    /// <summary>Gives all their numbers back, in new memory.</summary>
    internal unsafe void TakeOut(Workspace workspace)
    {
        foreach ((Tensor tensor, Tensor stored) in whole)
        {
            tensor.Move(workspace.Take((long)tensor.Bytes));
            workspace.Kernels.Copy(stored, tensor);
        }

        foreach ((Tensor view, Tensor of, nint offset) in views)
            view.Move(of.Unread + offset);
    }
}
