using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>
/// How much each column of a matrix matters: the mean square of what it was multiplied with while the model read a text. An error in a weight adds its square
/// times this to the squared error of the layer's output.
/// </summary>
public sealed class Importance
{
    private const int RowsAtOnce = 512, LogitsAtOnce = 1 << 22;

    private readonly Dictionary<Tensor, double[]> sums = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Tensor, long> rows = new(ReferenceEqualityComparer.Instance);

    private Importance()
    {
    }

    /// <summary>Lets a model read a text, in pieces of up to 512 tokens that know nothing of one another.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tokens">The text.</param>
    /// <param name="kernels">What computes.</param>
    /// <param name="cancel">Stops between pieces.</param>
    /// <exception cref="GrimoireException">There are no tokens.</exception>
    public static Importance Of(Transformer model, ReadOnlySpan<int> tokens, Kernels kernels, CancellationToken cancel = default)
    {
        if (tokens.IsEmpty)
            throw new GrimoireException("calibration: the text has no tokens; give a longer one.");
        var importance = new Importance();
        var workspace = new Workspace(kernels) { LinearObserver = importance.Observe };
        int step = Math.Min(RowsAtOnce, model.Config.Context);
        for (int at = 0; at < tokens.Length; at += step)
        {
            cancel.ThrowIfCancellationRequested();
            workspace.Reset();
            Pass pass = model.Begin(workspace, Batch.Of(tokens.Slice(at, Math.Min(step, tokens.Length - at))));
            Unembed(model, workspace, model.Stream(pass, model.Embed(pass)));
        }

        return importance;
    }

    /// <summary>The mean squares of a matrix's inputs, <c>[in]</c>; null if it was never multiplied with anything.</summary>
    public float[]? Columns(Tensor weight)
    {
        if (!sums.TryGetValue(weight, out double[]? sum))
            return null;
        double count = rows[weight];
        return [.. sum.Select(value => (float)(value / count))];
    }

    /// <summary>The unembedding, of so few rows at a time that their logits fit.</summary>
    private static void Unembed(Transformer model, Workspace workspace, Tensor hidden)
    {
        if (model.Unembedding is null)
            return;
        int step = Math.Max(1, LogitsAtOnce / model.Config.Vocabulary);
        Workspace.Position mark = workspace.Mark();
        for (int row = 0; row < hidden.Shape[0]; row += step)
        {
            _ = model.Unembed(hidden.Rows(row, Math.Min(step, hidden.Shape[0] - row)));
            workspace.Release(mark);
        }
    }

    private void Observe(Tensor x, Tensor weight)
    {
        int columns = x.Shape.Last;
        if (!sums.TryGetValue(weight, out double[]? sum))
            sums.Add(weight, sum = new double[columns]);
        ReadOnlySpan<float> values = x.Span<float>();
        for (int start = 0; start < values.Length; start += columns)
        {
            ReadOnlySpan<float> row = values.Slice(start, columns);
            for (int i = 0; i < row.Length; i++)
                sum[i] += (double)row[i] * row[i];
        }

        rows[weight] = rows.GetValueOrDefault(weight) + x.Shape.Rows;
    }
}
