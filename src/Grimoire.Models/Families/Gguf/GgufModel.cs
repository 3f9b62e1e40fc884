using Grimoire.Models.Formats;
using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>A model in a GGUF file.</summary>
public static class GgufModel
{
    /// <summary>The ending of the files' names.</summary>
    public const string Extension = ".gguf";

    /// <summary>Said where there is no tokenizer, so that llama.cpp opens the file for those who have token ids.</summary>
    private const string TokenizerKey = "tokenizer.ggml.model", NoTokenizer = "none", TokenTypesKey = "tokenizer.ggml.token_type_count";

    /// <summary>Whether a path means a GGUF file rather than a folder.</summary>
    public static bool IsGguf(string path) => path.EndsWith(Extension, StringComparison.OrdinalIgnoreCase) && !Directory.Exists(path);

    /// <summary>Loads a model.</summary>
    /// <param name="path">The file, or the first of those it was split into.</param>
    /// <param name="trainable">
    /// Whether to copy the weights to F32 and mark them to be trained. Otherwise they stay in the mapped file in the type they have there.
    /// </param>
    /// <exception cref="GrimoireException">The file is missing or damaged, the architecture or a key is not known, or weights do not fit.</exception>
    public static Transformer Load(string path, bool trainable = false)
    {
        var files = GgufFiles.Open(path);
        var architecture = GgufArchitecture.Of(files.Metadata);
        return ModelWeights.Load(files, architecture.ReadConfig(files.Metadata, files), architecture.WeightsIn(files), trainable);
    }

    /// <summary>Writes a model, whole or not at all, weight by weight.</summary>
    /// <param name="path">The file to create or replace.</param>
    /// <param name="model">The model.</param>
    /// <param name="type">How matrices are stored; each as it is if not given. Vectors are always F32.</param>
    /// <param name="metadata">More to say: the tokenizer, name, license.</param>
    /// <exception cref="GrimoireException">The format cannot express the model, or the file cannot be written.</exception>
    public static void Save(string path, Transformer model, DType? type = null, GgufMetadata? metadata = null) =>
        Save(path, model, (_, tensor) => type ?? tensor.DType, metadata);

    /// <summary>Writes a model in a mix of types, whole or not at all, weight by weight.</summary>
    /// <param name="path">The file to create or replace.</param>
    /// <param name="model">The model.</param>
    /// <param name="mix">How matrices are stored.</param>
    /// <param name="metadata">More to say: the tokenizer, name, license.</param>
    /// <param name="importance">What to weight errors with, from a text that this model read.</param>
    /// <param name="progress">Told before each weight which share of all is done; what it throws ends the writing, and no file is left.</param>
    /// <exception cref="GrimoireException">The format cannot express the model, a weight is no finite number, or the file cannot be written.</exception>
    public static void Save(
        string path, Transformer model, QuantizationMix mix, GgufMetadata? metadata = null, Importance? importance = null, Action<double>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(mix);
        Save(
            path, model, (name, tensor) => mix.TypeOf(name, tensor.Shape.Last, model.Config, importance is not null), metadata, importance, mix.FileType,
            progress);
    }

    /// <summary>
    /// Writes a file anew, of any architecture, known or not: with all its metadata, in the format's newest version, as one file if it was split.
    /// </summary>
    /// <param name="from">The file.</param>
    /// <param name="to">The file to create or replace.</param>
    /// <param name="type">How matrices are stored; each as it is if not given.</param>
    /// <exception cref="GrimoireException">A tensor is of a type that is not computed with, or the new file cannot be written.</exception>
    public static void Copy(string from, string to, DType? type = null)
    {
        var files = GgufFiles.Open(from);
        StoredTensor[] weights = [.. files.Names.Select(name => Copied(files.Tensor(name), name, type))];
        var keys = new OrderedDictionary<string, GgufValue>(StringComparer.Ordinal);
        foreach ((string key, GgufValue value) in files.Metadata.Pairs.Where(pair => !pair.Key.StartsWith("split.", StringComparison.Ordinal)))
            keys.Add(key, value);
        if (type is not null)
        {
            keys.Remove(GgufStorage.QuantizationKey);
            GgufStorage.AddTypes(keys, weights);
        }

        GgufWriter.Write(to, GgufMetadata.Of(keys), weights);
    }

    /// <summary>The same with a choice of type for each matrix, by its name in the file.</summary>
    internal static void Save(
        string path, Transformer model, Func<string, Tensor, DType> typeOf, GgufMetadata? metadata, Importance? importance = null, uint? fileType = null,
        Action<double>? progress = null)
    {
        GgufArchitecture architecture = GgufArchitecture.Of(model.Config);
        ModelConfig config = model.Config with { Rotary = model.Config.Rotary with { Interleaved = architecture.Interleaved } };
        var keys = new OrderedDictionary<string, GgufValue>(StringComparer.Ordinal)
        {
            [GgufArchitecture.ArchitectureKey] = GgufValue.Of(architecture.Name),
            [GgufArchitecture.TypeKey] = GgufValue.Of("model"),
        };
        IReadOnlyList<StoredTensor> factors = architecture.WriteConfig(config, keys);
        StoredTensor[] weights =
        [
            .. StoredWeights.Of(
                model, architecture.Weights, architecture.Interleaved,
                (name, tensor) => GgufStorage.IsSingle(name, tensor.Shape) ? DType.F32 : typeOf(name, tensor), importance),
            .. factors,
        ];
        ModelConfig read = architecture.ReadConfig(GgufMetadata.Of(keys), new AnnouncedTensors(weights));
        if (Rounded(read) != Rounded(config with { Family = read.Family }))
            throw new GrimoireException($"a GGUF file cannot express this {config.Family} model; it has no words for {Lost(config, read)}.");
        GgufStorage.AddTypes(keys, weights);
        if (fileType is { } number)
            keys[GgufStorage.FileTypeKey] = GgufValue.Of(number);
        if (config.TokenTypes > 0)
            keys[TokenTypesKey] = GgufValue.Of((uint)config.TokenTypes);
        foreach ((string key, GgufValue value) in metadata?.Pairs ?? [])
            keys.TryAdd(key, value);
        keys.TryAdd(TokenizerKey, GgufValue.Of(NoTokenizer));
        GgufWriter.Write(path, GgufMetadata.Of(keys), progress is null ? weights : Told(weights, progress));
    }

    /// <summary>The same, each told of when its turn comes.</summary>
    private static IEnumerable<StoredTensor> Told(StoredTensor[] weights, Action<double> progress)
    {
        double all = weights.Sum(weight => weight.Shape.Count), done = 0;
        foreach (StoredTensor weight in weights)
        {
            double share = done / all;
            yield return weight with
            {
                Values = () =>
                {
                    progress(share);
                    return weight.Values();
                },
            };
            done += weight.Shape.Count;
        }
    }

    private static StoredTensor Copied(Tensor tensor, string name, DType? type)
    {
        DType stored = type is null || GgufStorage.IsSingle(name, tensor.Shape) || tensor.DType == DType.I32 ? tensor.DType : type.Value;
        return new StoredTensor(name, stored, tensor.Shape, () => tensor.To(stored, name));
    }

    /// <summary>What one config says and another does not, as in <c>Window = 4</c>.</summary>
    private static string Lost(ModelConfig config, ModelConfig read) => string.Join(", ", config.ToString().Split(", ").Except(read.ToString().Split(", ")));

    /// <summary>The config in the format's single precision, and in one way of saying the same.</summary>
    private static ModelConfig Rounded(ModelConfig config) => config with
    {
        Rotary = GgufRotary.Rounded(config.Rotary, config.HeadDim),
        AttentionScale = config.AttentionScale > 0 ? config.AttentionScale : (float)(1 / Math.Sqrt(config.HeadDim)),
        WindowRotary = config.WindowRotary is { } rotary ? GgufRotary.Rounded(rotary, config.HeadDim) : null,
    };
}
