using Grimoire.Models.Adapters;
using Grimoire.Models.Formats;
using Grimoire.Models.Tokenizers;
using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>What a model folder or file is: for <c>grimoire info</c>, and to know before loading what a model will cost.</summary>
public sealed record ModelDescription
{
    private ModelDescription()
    {
    }

    /// <summary>The folder or file.</summary>
    public required string Path { get; init; }

    /// <summary>What the model is.</summary>
    public required ModelConfig Config { get; init; }

    /// <summary>Its family.</summary>
    public required Family Family { get; init; }

    /// <summary>The stored tensors, as the headers list them; buffers that hold no weight are among them.</summary>
    public required IReadOnlyList<TensorEntry> Tensors { get; init; }

    /// <summary>The tokenizer beside the model; null where there is none.</summary>
    public required Tokenizer? Tokenizer { get; init; }

    /// <summary>What a GGUF file says beside its weights; null for a folder.</summary>
    public GgufMetadata? Metadata { get; init; }

    /// <summary>The adapters that are attached, the innermost first.</summary>
    public IReadOnlyList<Adapter> Adapters { get; init; } = [];

    /// <summary>The number of trained values.</summary>
    public long Parameters => Config.ParameterCount;

    /// <summary>Bytes of stored tensors by type, as in <c>BF16</c>, the largest first.</summary>
    public IReadOnlyList<(string Type, long Bytes)> BytesByType =>
        [.. Tensors.GroupBy(tensor => tensor.Type).Select(group => (group.Key, group.Sum(tensor => tensor.Bytes))).OrderByDescending(pair => pair.Item2)];

    /// <summary>Bytes of all stored tensors: what inference keeps in memory beside caches and activations.</summary>
    public long StoredBytes => Tensors.Sum(tensor => tensor.Bytes);

    /// <summary>Bytes that training keeps beside activations: weight, gradient and AdamW's two moments in F32.</summary>
    public long TrainingBytes => 16 * Parameters;

    /// <summary>Bytes of an F32 cache of keys and values for a sequence of so many tokens.</summary>
    public long CacheBytes(int tokens) => 2L * Config.Layers * tokens * Config.KeyValueHeads * Config.HeadDim * DType.F32.Size();

    /// <summary>Reads a folder or file, checking that its parts belong together.</summary>
    /// <exception cref="GrimoireException">A file is missing, damaged or not understood, or the files do not belong together.</exception>
    public static ModelDescription Read(string path)
    {
        Transformer model = ModelFiles.Load(path);
        string words = AdapterFolder.Words(path);
        return new ModelDescription
        {
            Path = path,
            Config = model.Config,
            Family = Family.Named(model.Config.Family),
            Tensors = ModelFiles.Entries(path),
            Tokenizer = ModelFiles.HasTokenizer(path) ? LanguageModel.Fitting(model.Config, words) : null,
            Metadata = (ModelFiles.Tensors(AdapterFolder.Trunk(path)) as GgufFiles)?.Metadata,
            Adapters = model.Adapters,
        };
    }
}
