namespace Grimoire.Tensors;

/// <content>The unembedding and its loss, without ever holding all logits.</content>
public static partial class Ops
{
    private const int ChunkLogits = 1 << 24;

    /// <summary>
    /// <see cref="CrossEntropy"/> of <see cref="Linear(Tensor, Tensor, Tensor?)"/>, computed a chunk of rows at a time and recomputed in the backward pass:
    /// memory is chunk × vocabulary instead of rows × vocabulary. What fits into one chunk is kept instead, to become its own gradient. x
    /// <c>[rows…, channel]</c>, weight <c>[vocabulary, channel]</c>, targets of I32 <c>[row]</c>, result <c>[row]</c>.
    /// </summary>
    /// <param name="x">The last layer's output.</param>
    /// <param name="weight">The unembedding.</param>
    /// <param name="bias">Added to the logits, <c>[vocabulary]</c>, or null.</param>
    /// <param name="targets">The classes, negative where a row does not count.</param>
    /// <param name="spec">Smoothing and z-loss.</param>
    /// <param name="softCap">Logits become cap · tanh(logit / cap); 0 for none.</param>
    /// <param name="chunk">Rows at a time; 0 takes as many as give sixteen million logits, or fewer if chunks are then of one size.</param>
    /// <exception cref="ArgumentException">The sizes do not match, or a target is not below vocabulary.</exception>
    public static Tensor LinearCrossEntropy(
        Tensor x, Tensor weight, Tensor? bias, Tensor targets, CrossEntropySpec spec = default, float softCap = 0, int chunk = 0)
    {
        Workspace workspace = Home(x, weight, targets);
        CheckLinear(workspace, x, weight, bias);
        CheckTargets(targets, x.Shape, spec);
        if (softCap < 0 || chunk < 0)
            Refuse(nameof(softCap), $"soft-cap {softCap} and chunk {chunk} are not negative");
        int rows = x.Shape.Rows, vocabulary = weight.Shape[0];
        var head = new ChunkedHead(
            x.Reshape((rows, x.Shape.Last)), weight, bias, targets.Reshape(rows), spec, softCap,
            chunk > 0 ? chunk : Even(rows, Math.Max(1, ChunkLogits / Math.Max(1, vocabulary))));
        Tensor losses = workspace.New(rows);
        bool tracked = workspace.Tracks(x, weight, bias);
        Tensor? kept = head.Forward(workspace, losses, keep: tracked);
        if (tracked)
            workspace.Record(losses, new LinearCrossEntropyNode(head, kept));
        return losses;
    }

    /// <summary>The size of chunks of about one size, none longer than the limit.</summary>
    private static int Even(int rows, int limit)
    {
        int chunks = Math.Max(1, (rows + limit - 1) / limit);
        return Math.Max(1, (rows + chunks - 1) / chunks);
    }
}

/// <summary>The operands, and one chunk after another of both passes.</summary>
file readonly struct ChunkedHead(
    Tensor x, Tensor weight, Tensor? bias, Tensor targets, CrossEntropySpec spec, float softCap, int chunk)
{
    /// <summary>The losses; returns the logits if they are to be kept and are one chunk, not capped.</summary>
    public Tensor? Forward(Workspace workspace, Tensor losses, bool keep)
    {
        if (keep && chunk >= x.Shape[0] && softCap == 0)
        {
            Tensor kept = Logits(workspace, x, out _);
            workspace.Kernels.CrossEntropy(kept, targets, spec, losses);
            return kept;
        }

        for (int start = 0; start < x.Shape[0]; start += chunk)
        {
            Workspace.Position mark = workspace.Mark();
            int count = Math.Min(chunk, x.Shape[0] - start);
            Tensor logits = Logits(workspace, x.Rows(start, count), out _);
            workspace.Kernels.CrossEntropy(logits, targets.Rows(start, count), spec, losses.Rows(start, count));
            workspace.Release(mark);
        }

        return null;
    }

    public void Backward(Workspace workspace, Tensor? kept, Tensor dlosses)
    {
        // What outlives the chunks is made before the first mark.
        (Tensor? dx, Tensor? dweight, Tensor? dbias) = (x.WantedGrad(), weight.WantedGrad(), bias?.WantedGrad());
        if (kept is not null)
        {
            workspace.Kernels.CrossEntropyGrad(kept, targets, spec, dlosses, kept);
            Products(workspace.Kernels, kept, x, dx, dweight, dbias);
            return;
        }

        for (int start = 0; start < x.Shape[0]; start += chunk)
        {
            Workspace.Position mark = workspace.Mark();
            int count = Math.Min(chunk, x.Shape[0] - start);
            Tensor rows = x.Rows(start, count);
            Tensor dproduct = LogitsGrad(workspace, rows, targets.Rows(start, count), dlosses.Rows(start, count));
            Products(workspace.Kernels, dproduct, rows, dx?.Rows(start, count), dweight, dbias);
            workspace.Release(mark);
        }
    }

    private void Products(Kernels kernels, Tensor dproduct, Tensor rows, Tensor? dx, Tensor? dweight, Tensor? dbias)
    {
        if (dx is not null)
            kernels.LinearInputGrad(dproduct, weight, dx);
        if (dweight is not null)
            kernels.LinearWeightGrad(dproduct, rows, dweight);
        if (dbias is not null)
            kernels.LinearBiasGrad(dproduct, dbias);
    }

    /// <summary>∂loss/∂(x Wᵀ + b) of a chunk.</summary>
    private Tensor LogitsGrad(Workspace workspace, Tensor rows, Tensor targets, Tensor dlosses)
    {
        Tensor logits = Logits(workspace, rows, out Tensor? angles);
        workspace.Kernels.CrossEntropyGrad(logits, targets, spec, dlosses, logits);
        if (angles is null)
            return logits;

        // d (cap · tanh(z / cap)) / dz = tanh′(z / cap).
        Tensor dproduct = workspace.Zeros(logits.Shape);
        workspace.Kernels.ActivateGrad(Activation.Tanh, angles, logits, dproduct);
        return dproduct;
    }

    /// <summary>The logits of a chunk; where they are capped, also the arguments of the tanh.</summary>
    private Tensor Logits(Workspace workspace, Tensor rows, out Tensor? angles)
    {
        Kernels kernels = workspace.Kernels;
        Tensor product = workspace.New((rows.Shape[0], weight.Shape[0]));
        kernels.Linear(rows, weight, bias, product);
        angles = null;
        if (softCap == 0)
            return product;
        angles = product;
        kernels.Scale(product, 1 / softCap, angles);
        Tensor logits = workspace.New(product.Shape);
        kernels.Activate(Activation.Tanh, angles, logits);
        kernels.Scale(logits, softCap, logits);
        return logits;
    }
}

file readonly struct LinearCrossEntropyNode(ChunkedHead head, Tensor? kept) : INode
{
    public void Backward(Tensor losses, Kernels kernels) => head.Backward(losses.Workspace!, kept, losses.Grad!);
}
