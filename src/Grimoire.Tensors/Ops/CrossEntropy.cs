namespace Grimoire.Tensors;

/// <content>The loss of a language model.</content>
public static partial class Ops
{
    /// <summary>
    /// −log p(target) in nats, row by row: logits <c>[rows…, vocabulary]</c>, targets of I32 <c>[row]</c>, result <c>[row]</c>, 0 where the target is
    /// negative. Average it over the wanted rows with <see cref="Sum"/> and <see cref="Scale"/>.
    /// </summary>
    /// <exception cref="ArgumentException">The sizes do not match, or a target is not below vocabulary.</exception>
    public static Tensor CrossEntropy(Tensor logits, Tensor targets, CrossEntropySpec spec = default)
    {
        Workspace workspace = Home(logits, targets);
        CheckType(workspace, logits);
        CheckTargets(targets, logits.Shape, spec);
        Tensor losses = workspace.New(logits.Shape.Rows);
        workspace.Kernels.CrossEntropy(logits, targets, spec, losses);
        if (workspace.Tracks(logits))
            workspace.Record(losses, new CrossEntropyNode(logits, targets, spec));
        return losses;
    }

    private static void CheckTargets(Tensor targets, Shape rows, CrossEntropySpec spec)
    {
        CheckIds(targets, rows.Rows);
        if (spec.Smoothing is not (>= 0 and < 1) || !(spec.ZLoss >= 0))
            Refuse(nameof(spec), $"smoothing {spec.Smoothing} is not in [0, 1) or z-loss {spec.ZLoss} is negative");
    }
}

file readonly struct CrossEntropyNode(Tensor logits, Tensor targets, CrossEntropySpec spec) : INode
{
    public void Backward(Tensor losses, Kernels kernels) => kernels.CrossEntropyGrad(logits, targets, spec, losses.Grad!, logits.GradToAddTo());
}
