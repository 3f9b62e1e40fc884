using Grimoire.Models.Formats;
using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>
/// One pair of names, and how the module there is laid out: its matrices may be transposed, it may be one of several stored as one, by rows or as a stack of
/// experts, and a constant may be missing from its values.
/// </summary>
/// <param name="Ours">The module here, as in <c>blocks.#.attn.q</c>; <c>#</c> stands for a number, the layer's first and the expert's second.</param>
/// <param name="Theirs">The module in the files, with the prefix.</param>
/// <param name="Transposed">Whether matrices are stored <c>[in, out]</c>, as GPT-2's Conv1D does.</param>
/// <param name="Rows">Which of the stored outputs are this module's; null for all.</param>
/// <param name="Stacked">Whether the matrices of all experts are stored as one, <c>[expert, out, in]</c>.</param>
/// <param name="Offset">What is added to stored values and taken off to store them: Gemma's norms multiply by 1 + w and store w.</param>
internal sealed record ModuleName(
    string Ours, string Theirs, bool Transposed = false, Func<ModelConfig, RowRange>? Rows = null, bool Stacked = false, float Offset = 0)
{
    /// <summary>The shape stored for a weight of ours.</summary>
    public Shape StoredShape(Shape ours, ModelConfig config)
    {
        int outputs = Rows?.Invoke(config).Total ?? ours[0];
        if (ours.Rank == 1)
            return outputs;
        return Stacked ? (config.Experts, outputs, ours[1]) : Transposed ? (ours[1], outputs) : (outputs, ours[1]);
    }

    /// <summary>Our weight, cut out of the stored one; it shares its memory unless it is transposed or has an offset.</summary>
    public Tensor Take(Tensor stored, ModelConfig config, int expert)
    {
        if (Stacked)
            stored = stored.Rows(expert, 1).Reshape((stored.Shape[1], stored.Shape[2]));
        RowRange? rows = Rows?.Invoke(config);
        if (Transposed && stored.Shape.Rank == 2)
            return stored.TransposedRows(rows?.Start ?? 0, rows?.Count ?? stored.Shape.Last);
        Tensor ours = rows is { } range ? stored.Rows(range.Start, range.Count) : stored;
        return Offset == 0 ? ours : ours.Plus(Offset);
    }

    /// <summary>The stored weight, put together from all of ours that are stored as one, in their order there.</summary>
    public Tensor Join(IReadOnlyList<Tensor> ours, DType type, string name)
    {
        Tensor[] parts = [.. ours.Select(part => (Offset == 0 ? part : part.Plus(-Offset)).To(type, name))];
        Tensor joined = Transposed && parts[0].Shape.Rank == 2 ? Conversion.JoinedTransposed(parts) : parts.Length == 1 ? parts[0] : Conversion.Joined(parts);
        return Stacked ? joined.Reshape((parts.Length, parts[0].Shape[0], parts[0].Shape[1])) : joined;
    }
}

/// <summary>Some of the outputs of modules that are stored as one.</summary>
/// <param name="Start">The first.</param>
/// <param name="Count">How many.</param>
/// <param name="Total">How many the modules have together.</param>
internal readonly record struct RowRange(int Start, int Count, int Total)
{
    /// <summary>Queries, of queries, keys and values in this order.</summary>
    public static RowRange Queries(ModelConfig config) => QueryKeyValue(config, 0, config.Heads);

    /// <summary>Keys, of queries, keys and values.</summary>
    public static RowRange Keys(ModelConfig config) => QueryKeyValue(config, config.Heads, config.KeyValueHeads);

    /// <summary>Values, of queries, keys and values.</summary>
    public static RowRange Values(ModelConfig config) => QueryKeyValue(config, config.Heads + config.KeyValueHeads, config.KeyValueHeads);

    /// <summary>The gate, of gate and projection up in this order.</summary>
    public static RowRange Gate(ModelConfig config) => new(0, config.FeedForward, 2 * config.FeedForward);

    /// <summary>The projection up, of gate and projection up.</summary>
    public static RowRange Up(ModelConfig config) => new(config.FeedForward, config.FeedForward, 2 * config.FeedForward);

    private static RowRange QueryKeyValue(ModelConfig config, int firstHead, int heads) =>
        new(firstHead * config.HeadDim, heads * config.HeadDim, (config.Heads + (2 * config.KeyValueHeads)) * config.HeadDim);
}
