using Grimoire.Models.Adapters;
using Grimoire.Models.Formats;

namespace Grimoire.Models;

/// <summary>The one loader: a Hugging Face folder, a GGUF file or an adapter's folder, whichever a path means.</summary>
public static class ModelFiles
{
    private static readonly string[] TokenizerFiles = ["tokenizer.json", "vocab.json", "encoder.json", "tokenizer.model", "spiece.model", "vocab.txt"];

    /// <summary>Loads a model.</summary>
    /// <param name="path">A folder with <c>config.json</c>, a <c>.gguf</c> file, or a folder with an adapter that names its base.</param>
    /// <param name="trainable">
    /// Whether to copy the weights to F32 and mark them to be trained. Otherwise they stay in the mapped files in the type they have there.
    /// </param>
    /// <exception cref="GrimoireException">
    /// A file is missing or damaged, the architecture is not known, or weights are missing, left over or of the wrong shape.
    /// </exception>
    public static Transformer Load(string path, bool trainable = false) =>
        AdapterFolder.Is(path) ? AdapterFolder.Load(path, trainable)
        : GgufModel.IsGguf(path) ? GgufModel.Load(path, trainable)
        : ModelFolder.Load(path, trainable);

    /// <summary>What a model is, without its weights.</summary>
    /// <exception cref="GrimoireException">A file is missing or damaged, or the architecture or a key is not known.</exception>
    public static ModelConfig ReadConfig(string path)
    {
        path = AdapterFolder.Trunk(path);
        if (!GgufModel.IsGguf(path))
            return Family.ReadConfig(Path.Combine(path, ModelFolder.ConfigFile));
        var files = GgufFiles.Open(path);
        return GgufArchitecture.Of(files.Metadata).ReadConfig(files.Metadata, files);
    }

    /// <summary>Whether a path holds a model itself.</summary>
    public static bool Exists(string path) =>
        GgufModel.IsGguf(path) ? File.Exists(path) : File.Exists(Path.Combine(path, ModelFolder.ConfigFile)) || AdapterFolder.Is(path);

    /// <summary>Whether there is a tokenizer in the folder or file, or with the base of an adapter.</summary>
    public static bool HasTokenizer(string path) => HasOwnTokenizer(AdapterFolder.Words(path));

    /// <summary>Whether there is a tokenizer in the folder or file itself.</summary>
    internal static bool HasOwnTokenizer(string path) => GgufModel.IsGguf(path)
        ? GgufFile.Open(path).Metadata is var metadata && (metadata.Has("tokenizer.ggml.tokens") || metadata.Has("tokenizer.huggingface.json"))
        : TokenizerFiles.Any(name => File.Exists(Path.Combine(path, name)));

    /// <summary>The stored tensors of a model as the heads of its files list them.</summary>
    /// <exception cref="GrimoireException">A file is missing or damaged.</exception>
    public static IReadOnlyList<TensorEntry> Entries(string path) => AdapterFolder.Is(path)
        ? [.. Entries(AdapterFolder.BaseOf(path)), .. SafetensorsFile.Open(Path.Combine(path, PeftFolder.WeightsFile)).Entries]
        : [.. Tensors(path).Entries];

    /// <summary>The stored tensors of a model.</summary>
    internal static TensorFiles Tensors(string path) => GgufModel.IsGguf(path) ? GgufFiles.Open(path) : WeightFiles.Open(path);
}
