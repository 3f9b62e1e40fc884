using Grimoire.Models;
using Grimoire.Tensors;

namespace Grimoire.Training;

/// <summary>Next-token prediction.</summary>
public static class LanguageModeling
{
    /// <summary>
    /// Σ over rows of −log p(target), in nats, <c>[]</c>. Divide by the number of targets of the whole step, not of one micro-batch: only then is
    /// accumulation over micro-batches of unequal lengths the same as one large batch.
    /// </summary>
    public static Tensor Loss(Transformer model, Pass pass, ReadOnlySpan<int> targets, CrossEntropySpec spec = default)
    {
        Tensor hidden = model.Stream(pass, model.Embed(pass));
        return Ops.Sum(model.Losses(hidden, pass.Workspace.From(targets), spec));
    }
}
