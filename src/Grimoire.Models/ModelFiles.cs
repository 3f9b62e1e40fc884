using Grimoire.Models.Formats;

namespace Grimoire.Models;

/// <summary>The one loader: a Hugging Face folder or a GGUF file, whichever a path means.</summary>
public static class ModelFiles
{
    /// <summary>Loads a model.</summary>
    /// <param name="path">A folder with <c>config.json</c>, or a <c>.gguf</c> file.</param>
    /// <param name="trainable">
    /// Whether to copy the weights to F32 and mark them to be trained. Otherwise they stay in the mapped files in the type they have there.
    /// </param>
    /// <exception cref="GrimoireException">
    /// A file is missing or damaged, the architecture is not known, or weights are missing, left over or of the wrong shape.
    /// </exception>
    public static Transformer Load(string path, bool trainable = false) =>
        GgufModel.IsGguf(path) ? GgufModel.Load(path, trainable) : ModelFolder.Load(path, trainable);

    /// <summary>Whether a path holds a model itself.</summary>
    public static bool Exists(string path) => GgufModel.IsGguf(path) ? File.Exists(path) : File.Exists(Path.Combine(path, ModelFolder.ConfigFile));

    /// <summary>The stored tensors of a model.</summary>
    internal static TensorFiles Tensors(string path) => GgufModel.IsGguf(path) ? GgufFiles.Open(path) : WeightFiles.Open(path);
}
