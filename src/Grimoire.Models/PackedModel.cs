using Grimoire.Models.Adapters;
using Grimoire.Models.Formats;
using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>
/// A model whose matrices lie in the order in which linear layers read them fastest, beside the mapped file that they come from. Where matrices are quantised,
/// the activations that enter them are rounded to eight bits. For models that are only read.
/// </summary>
public static class PackedModel
{
    /// <summary>Packs the matrices of a model, or takes them from the file beside it.</summary>
    /// <param name="model">The model, as it was loaded.</param>
    /// <param name="path">Where from: a GGUF file, a folder, or the folder of an adapter to one of these.</param>
    /// <param name="kernels">What will compute.</param>
    /// <param name="keep">Whether to write that file if it is missing or belongs to an older model.</param>
    /// <param name="progress">Told which share is done.</param>
    /// <exception cref="GrimoireException">The file is to be written and cannot be.</exception>
    public static void Pack(Transformer model, string path, Kernels kernels, bool keep = false, Action<double>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        var weights = new PackedWeights(kernels, Matrices(model), spare: true);
        path = AdapterFolder.Trunk(path);
        if (weights.Bytes == 0)
            return;
        bool isKept = GgufModel.IsGguf(path) || File.Exists(Path.Combine(path, ModelFolder.ConfigFile));
        PackedFile? file = isKept && (keep || File.Exists(PackedFile.Beside(path))) ? PackedFile.Of(path, weights) : null;
        if (file?.TryTake() == true)
            return;
        weights.Pack(progress);
        if (keep && weights.IsWhole)
            file?.Write();
    }

    /// <summary>Whether activations are rounded on their way into some layers.</summary>
    public static bool RoundsActivations(Transformer model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Matrices(model).Any(PackedWeights.RoundActivations);
    }

    /// <summary>What only linear layers read, and an unembedding that is the embedding too.</summary>
    private static IEnumerable<Tensor> Matrices(Transformer model)
    {
        foreach (Parameter parameter in model.Parameters)
        {
            if (parameter.Tensor.Shape.Rank == 2 && parameter.Name.StartsWith("blocks.", StringComparison.Ordinal))
                yield return parameter.Tensor;
        }

        if (model.Unembedding is not null)
            yield return model.Unembedding;
    }
}
