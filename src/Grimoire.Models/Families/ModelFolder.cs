using Grimoire.Models.Formats;
using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>
/// A model in a Hugging Face folder: <c>config.json</c> and <c>model.safetensors</c>, or shards with an index.
/// </summary>
public static class ModelFolder
{
    internal const string ConfigFile = "config.json";

    // What stands on a model in the unembedding's place is read by who knows what it says.
    private static readonly string[] HeadWeights = ["score.*", "classifier.*"];

    /// <summary>Loads a model.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="trainable">
    /// Whether to copy the weights to F32 and mark them to be trained. Otherwise they stay in the mapped files in the type they have there.
    /// </param>
    /// <exception cref="GrimoireException">
    /// A file is missing or damaged, the architecture is not known, or weights are missing, left over or of the wrong shape.
    /// </exception>
    public static Transformer Load(string folder, bool trainable = false)
    {
        (ModelConfig config, WeightFiles files) = Open(folder);
        WeightMap map = Family.Named(config.Family).Weights;
        return ModelWeights.Load(files, config, config.Head ? map : map with { Ignored = [.. map.Ignored, .. HeadWeights] }, trainable);
    }

    /// <summary>Writes <c>config.json</c> and <c>model.safetensors</c> as Hugging Face's libraries read them, each whole or not at all.</summary>
    /// <param name="folder">The folder, made if need be.</param>
    /// <param name="model">The model.</param>
    /// <param name="type">How weights are stored; as the token embedding is if not given, or as F16 if that is quantised.</param>
    /// <param name="beginOfText">The id that begins a text, if there is one.</param>
    /// <param name="endOfText">The id that ends a text, if there is one.</param>
    /// <exception cref="GrimoireException">The family's files cannot express the model, or the folder cannot be written.</exception>
    public static void Save(string folder, Transformer model, DType? type = null, int? beginOfText = null, int? endOfText = null) =>
        Save(folder, model, type, beginOfText, endOfText, padding: null, []);

    internal static void Save(
        string folder, Transformer model, DType? type, int? beginOfText, int? endOfText, int? padding, IReadOnlyList<Parameter> beside,
        IReadOnlyList<string>? labels = null, string? scheme = null)
    {
        DType stored = type ?? TypeOf(model);
        if (!stored.IsFloat())
            throw new ArgumentOutOfRangeException(nameof(type), type, "weights are stored as floats");
        Family family = Family.Named(model.Config.Family);
        string config = family.WriteConfig(Halved(model.Config), stored, beginOfText, endOfText, padding, labels, scheme);
        IEnumerable<StoredTensor> tensors = StoredWeights.Of(model, family.Weights, interleaved: false, (_, _) => stored)
            .Concat(beside.Select(parameter => new StoredTensor(parameter.Name, stored, parameter.Tensor.Shape,
                () => parameter.Tensor.To(stored, parameter.Name))));
        Safetensors.Write(Path.Combine(folder, WeightFiles.SingleFile), tensors, new Dictionary<string, string> { ["format"] = "pt" });
        AtomicFile.WriteText(Path.Combine(folder, ConfigFile), config);
    }

    /// <summary>How a model's weights are stored if nobody says: as the token embedding is, or as F16 if that is quantised.</summary>
    internal static DType TypeOf(Transformer model) => model.TokenEmbedding.DType.IsQuantized() ? DType.F16 : model.TokenEmbedding.DType;

    /// <summary>The config as a folder has it: channels half a head apart rotate together.</summary>
    internal static ModelConfig Halved(ModelConfig config) => config with { Rotary = config.Rotary with { Interleaved = false } };

    internal static (ModelConfig Config, WeightFiles Files) Open(string folder)
    {
        if (!Directory.Exists(folder))
            throw new GrimoireException($"{folder}: there is no such folder.");
        return (Family.ReadConfig(Path.Combine(folder, ConfigFile)), WeightFiles.Open(folder));
    }
}
