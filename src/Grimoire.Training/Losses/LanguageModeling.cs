using Grimoire.Models;
using Grimoire.Tensors;

namespace Grimoire.Training;

/// <summary>Next-token prediction.</summary>
public static class LanguageModeling
{
    /// <summary>
    /// Σ over rows of −log p(target), in nats, <c>[]</c>; rows whose target is negative are left out and cost no logits. Divide by the number of targets of the
    /// whole step, not of one micro-batch: only then is accumulation over micro-batches of unequal lengths the same as one large batch.
    /// </summary>
    public static Tensor Loss(Transformer model, Pass pass, ReadOnlySpan<int> targets, CrossEntropySpec spec = default)
    {
        Tensor hidden = model.Stream(pass, model.Embed(pass));
        if (!targets.ContainsAnyInRange(int.MinValue, -1))
            return Ops.Sum(model.Losses(hidden, pass.Workspace.From(targets), spec));
        int[] rows = TrainedRows(targets), asked = new int[rows.Length];
        for (int i = 0; i < rows.Length; i++)
            asked[i] = targets[rows[i]];
        return Ops.Sum(model.Losses(Ops.GatherRows(hidden, pass.Workspace.From(rows)), pass.Workspace.From(asked), spec));
    }

    /// <summary>The rows of which something is asked, in order: those whose target is not negative.</summary>
    public static int[] TrainedRows(ReadOnlySpan<int> targets)
    {
        List<int> rows = [];
        for (int row = 0; row < targets.Length; row++)
        {
            if (targets[row] >= 0)
                rows.Add(row);
        }

        return [.. rows];
    }
}
