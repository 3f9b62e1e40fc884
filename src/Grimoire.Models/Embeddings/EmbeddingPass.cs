using System.Numerics.Tensors;
using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>Reads texts in one pass and pools their hidden states; its memory is used again. Belongs to one thread at a time.</summary>
internal sealed class EmbeddingPass(Transformer model, Kernels kernels, EmbeddingSettings settings)
{
    private readonly Workspace workspace = new(kernels);
    private readonly Batch batch = new();
    private Pass? pass;

    /// <summary>One vector <c>[channel]</c> for each text.</summary>
    public float[][] Run(IReadOnlyList<int[]> texts)
    {
        workspace.Reset();
        batch.Clear();
        foreach (int[] text in texts)
            batch.Add(text);
        if (pass is null)
            pass = model.Begin(workspace, batch);
        else
            pass.Restart();
        ReadOnlySpan<float> hidden = model.Stream(pass, model.Embed(pass)).Span<float>();
        int channels = model.Config.Channels;
        var vectors = new float[texts.Count][];
        for (int i = 0; i < vectors.Length; i++)
        {
            Batch.Sequence text = batch.Sequences[i];
            vectors[i] = Pooled(hidden.Slice(text.Start * channels, text.Length * channels), channels);
        }

        return vectors;
    }

    /// <summary>The vector of a text's rows <c>[token, channel]</c>.</summary>
    private float[] Pooled(ReadOnlySpan<float> rows, int channels)
    {
        var vector = new float[channels];
        switch (settings.Pooling)
        {
            case Pooling.First:
                rows[..channels].CopyTo(vector);
                break;
            case Pooling.Last:
                rows[^channels..].CopyTo(vector);
                break;
            default:
                for (int start = 0; start < rows.Length; start += channels)
                    TensorPrimitives.Add(vector, rows.Slice(start, channels), vector);
                TensorPrimitives.Divide(vector, rows.Length / channels, vector);
                break;
        }

        if (settings.Normalize)
            TensorPrimitives.Divide(vector, Math.Max(TensorPrimitives.Norm<float>(vector), 1e-12f), vector);
        return vector;
    }
}
